"""Django's settings, all from the environment (reference: docs/reference/settings.md).

No secret stands here. What is missing is told by the checks of `checks.py` before anything starts.
"""

from pathlib import Path
from zoneinfo import available_timezones

from csp.constants import NONE, SELF

from rempart.config import environment

SOURCE = Path(__file__).resolve().parents[1]

# Where things are -----------------------------------------------------------------------------
REMPART_DATA = Path(environment.text("DATA", "var")).expanduser().absolute()
REMPART_ROLE = environment.text("ROLE", "web")
REMPART_GATE_SOCKET = environment.text("GATE_SOCKET", str(REMPART_DATA / "run" / "gate.sock"))
REMPART_TERMINAL_SOCKET = environment.text("TERMINAL_SOCKET", str(REMPART_DATA / "run" / "terminal.sock"))
REMPART_API_URL = environment.text("API_URL")
REMPART_DEMO = environment.flag("DEMO")
REMPART_DEMO_FILE = environment.text("DEMO_FILE", str(REMPART_DATA / "demo" / "demo.json"))
REMPART_URL = environment.text("URL", "http://localhost:8000").rstrip("/")
REMPART_TRUSTED_PROXIES = environment.networks("TRUSTED_PROXIES")
REMPART_TRUST_SOCKET = "unix" in environment.words("TRUSTED_PROXIES")
REMPART_PSC_URL = environment.text("PSC_URL")
"""Pro Santé Connect's issuer, or the address of its announcement; empty: it is off."""
REMPART_PSC_CLIENT_ID = environment.text("PSC_CLIENT_ID")
REMPART_PSC_SECRET = environment.text("PSC_SECRET")
HTTPS = REMPART_URL.startswith("https://")
REMPART_SUPPORT = environment.text("SUPPORT")
REMPART_STATUS_URL = environment.text("STATUS_URL")
REMPART_CARD_URL = environment.text("CARD_URL").rstrip("/")
"""Where the reverse proxy asks for professionals' cards; empty: no card is taken."""
REMPART_CARD_HEADER = bool(REMPART_CARD_URL)
"""Whether cards are taken here: whether pages offer them."""
REMPART_CARD_AUTHORITIES = environment.text("CARD_AUTHORITIES")
REMPART_CARD_REVOCATION = environment.text("CARD_REVOCATION")
REMPART_CARD_SECRET = environment.text("CARD_SECRET")

SECRET_KEY = environment.secret_key(REMPART_DATA)
SECRET_KEY_FALLBACKS = environment.words("SECRET_KEY_FALLBACKS")
DEBUG = False  # always: an error page shows no value of any variable
ALLOWED_HOSTS = environment.words("HOSTS", "localhost,127.0.0.1,[::1]")

# The parts ------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "rempart.portal",  # first: its templates stand before allauth's own
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "django_htmx",
    "csp",
    "rempart.vault",
    "rempart.registry",
    "rempart.journal",
    "rempart.access",
    "rempart.gate",
    "rempart.detection",
    "rempart.containment",
    "rempart.config",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "rempart.access.middleware.private_pages",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "rempart.access.middleware.session_facts",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "rempart.access.card.header.only_from_the_proxy",
    "rempart.access.middleware.ClosedByDefault",
]
ROOT_URLCONF = "rempart.config.urls"
WSGI_APPLICATION = "rempart.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": sorted((SOURCE / "portal").glob("*/templates")),
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Database: each process with its own role ------------------------------------------------------
DATABASES = {"default": environment.database(REMPART_ROLE, REMPART_DATA)}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if REMPART_POOL := environment.number("POOL", 0):
    # One connection a thread is not enough to bound them: granian starts and ends threads.
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": REMPART_POOL, "timeout": 5}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
"""Holds nothing that a second process would miss: what must be counted once is in the database."""

# Accounts and sign-in --------------------------------------------------------------------------
AUTH_USER_MODEL = "access.Account"
AUTHENTICATION_BACKENDS = ["rempart.access.backend.AccountBackend"]
PASSWORD_HASHERS = ["rempart.access.backend.Argon2id"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login", "email", "display_name")},
    },
    {"NAME": "rempart.access.leaks.passwords.NotLeaked"},
]
REMPART_LEAKS_URL = environment.text("LEAKS_URL").rstrip("/")
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "rempart.access.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_NOTIFICATIONS = False  # access/notices.py tells, by the worker
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = False
"""allauth's own limits are off: they are keyed by account, so that a stranger could lock its owner
out. `access/throttle.py` counts by network and by known device instead."""
MFA_ADAPTER = "rempart.access.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # and checked on the server: access/passkeys.py
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Rempart"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "rempart.access.factor_forms.AuthenticateForm",
    "reauthenticate": "rempart.access.factor_forms.ReauthenticateForm",
    "activate_totp": "rempart.access.factor_forms.ActivateForm",
    "authenticate_webauthn": "rempart.access.passkey_forms.ProveForm",
    "reauthenticate_webauthn": "rempart.access.passkey_forms.ConfirmForm",
}

# Sessions and cookies --------------------------------------------------------------------------
_HOST = "__Host-" if HTTPS else ""
"""A browser takes a `__Host-` cookie only over https, from this very host, for the whole site."""
SESSION_ENGINE = "rempart.access.sessions"
SESSION_COOKIE_NAME = f"{_HOST}session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_SAVE_EVERY_REQUEST = False
REMPART_DEVICE_COOKIE = f"{_HOST}device"
CSRF_COOKIE_NAME = f"{_HOST}csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [REMPART_URL] if HTTPS else []
CSRF_FAILURE_VIEW = "rempart.config.failures.csrf"
LANGUAGE_COOKIE_NAME = f"{_HOST}language"
LANGUAGE_COOKIE_AGE = 400 * 86400
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# What browsers are told ------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
"""Not `no-referrer`: over https Django compares the Referer of a form with the host."""
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 2 * 365 * 86400 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
if HTTPS and (REMPART_TRUSTED_PROXIES or REMPART_TRUST_SOCKET):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
DATA_UPLOAD_MAX_NUMBER_FILES = 0
APPEND_SLASH = False
DISALLOWED_USER_AGENTS: list[object] = []

# Words and hours -------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [SOURCE / "locale"]
TIME_ZONE = environment.choice("TIME_ZONE", "Europe/Paris", available_timezones(), "rempart.E017")
USE_TZ = True

# Static files: served by the process itself, straight from the source tree --------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = sorted((SOURCE / "portal").glob("*/static"))
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 300

# Mail, background work, logs -------------------------------------------------------------------
globals().update(environment.mail(REMPART_DATA))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.text("MAIL_FROM", "rempart@localhost")
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = ["rempart.access.tasks", "rempart.containment.tasks"]
LEVELS = frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})
LOGGING_CONFIG = "rempart.config.logs.configure"
LOGGING = {"level": environment.choice("LOG_LEVEL", "INFO", LEVELS, "rempart.E018")}
