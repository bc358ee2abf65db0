"""What a notice says, on the pages and in the mail: what happened, with whom, from where."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rempart.access.events import Tag

_TITLES: dict[str, Promise | str] = {
    Tag.SESSION_OPENED: gettext_lazy("Connexion à votre compte"),
    Tag.SESSION_REFUSED: gettext_lazy("Des connexions à votre compte ont été refusées"),
    Tag.SESSION_CHALLENGED: gettext_lazy("Une de vos sessions a été présentée depuis un autre poste"),
    Tag.DEVICE_FIRST_SEEN: gettext_lazy("Connexion depuis un poste nouveau"),
    Tag.FACTOR_ENROLLED: gettext_lazy("Un second facteur a été ajouté"),
    Tag.FACTOR_REMOVED: gettext_lazy("Un second facteur a été retiré"),
    Tag.CODES_RENEWED: gettext_lazy("De nouveaux codes de secours ont été créés"),
    Tag.PASSWORD_CHANGED: gettext_lazy("Le mot de passe a été changé"),
    Tag.TOKEN_CREATED: gettext_lazy("Un jeton a été créé pour un logiciel"),
    Tag.TOKEN_REVOKED: gettext_lazy("Un jeton a été révoqué"),
    Tag.REPORTED: gettext_lazy("« Ce n’était pas moi » : votre compte est protégé"),
    Tag.SET_UP_ISSUED: gettext_lazy("Un mot d’ouverture a été remis"),
    Tag.ACCOUNT_OPENED: gettext_lazy("Un compte est ouvert à votre nom"),
    Tag.ACCOUNT_CLOSED: gettext_lazy("Votre compte est fermé"),
    Tag.IDENTITY_LINKED: gettext_lazy("Une carte ou Pro Santé Connect a été rattaché à votre compte"),
    Tag.IDENTITY_ENDED: gettext_lazy("Une carte ou Pro Santé Connect n’est plus rattaché à votre compte"),
    Tag.ENROLMENT_ASKED: gettext_lazy("Un compte a été demandé à votre nom"),
    Tag.LETTER_PRINTED: gettext_lazy("Un code vous a été envoyé par la poste"),
    Tag.DELEGATE_OPENED: gettext_lazy("Un compte a été ouvert sous votre responsabilité"),
    Tag.DELEGATE_ENDED: gettext_lazy("Un compte sous votre responsabilité est fermé"),
    Tag.RENEWAL_ASKED: gettext_lazy("Une fuite de données concerne votre compte"),
    Tag.CREDENTIALS_ENDED: gettext_lazy("L’exploitation a fermé tout ce qui ouvrait votre compte"),
    Tag.RESET_ASKED: gettext_lazy("Un nouveau mot de passe a été demandé"),
    Tag.RESET_VOUCHED: gettext_lazy("Quelqu’un s’est porté garant de vous pour un nouveau mot de passe"),
    Tag.RESET_STOPPED: gettext_lazy("La demande de nouveau mot de passe est arrêtée"),
    Tag.RESET_DONE: gettext_lazy("Un nouveau mot de passe a été choisi sans l’ancien"),
    Tag.CARD_VOUCHED: gettext_lazy("Quelqu’un s’est porté garant de vous : la carte n’est plus exigée"),
    Tag.SOFTWARE_ALLOWED: gettext_lazy("Un logiciel agit désormais en votre nom"),
    Tag.SOFTWARE_REVOKED: gettext_lazy("Un logiciel n’agit plus en votre nom"),
    Tag.ROLE_CHANGED: gettext_lazy("La profession ou l’organisation de votre compte a changé"),
}
_SAID: dict[str, Promise | str] = {
    Tag.SESSION_CHALLENGED: gettext_lazy(
        "Le cookie de cette session a été présenté depuis un autre poste : rien n’y a été montré, et votre "
        "propre session continue. Si vous n’avez rien copié vous-même, faites vérifier ce poste."
    ),
    Tag.SESSION_REFUSED: gettext_lazy(
        "Beaucoup de mots de passe ont été essayés depuis des postes inconnus. Vos postes habituels, votre "
        "clé d’accès et votre carte ouvrent comme d’habitude."
    ),
    Tag.ENROLMENT_ASKED: gettext_lazy(
        "Le code ne part que par la poste, à l’adresse que l’annuaire donne à cet établissement. Si vous "
        "n’avez rien demandé, ne faites rien : sans ce courrier, personne n’ouvre de compte."
    ),
    Tag.LETTER_PRINTED: gettext_lazy(
        "Si vous n’avez rien demandé, détruisez ce courrier et prévenez l’exploitation."
    ),
    Tag.PASSWORD_CHANGED: gettext_lazy("Les autres sessions de votre compte sont fermées."),
    Tag.FACTOR_ENROLLED: gettext_lazy("Pendant 48 heures, la carte du patient est demandée."),
    Tag.DEVICE_FIRST_SEEN: gettext_lazy("Ce poste ne s’était jamais connecté à votre compte."),
    Tag.RESET_ASKED: gettext_lazy(
        "Rien n’est encore changé : le message reçu ne suffit pas, il faut aussi une preuve que vous "
        "êtes vous."
    ),
    Tag.RESET_VOUCHED: gettext_lazy(
        "Le nouveau mot de passe pourra être choisi dans 24 heures. Si vous n’avez rien demandé, arrêtez "
        "cette demande dans « Mon compte »."
    ),
    Tag.RESET_DONE: gettext_lazy(
        "Toutes les sessions sont fermées, les jetons des logiciels sont révoqués, et la carte du patient "
        "est demandée pendant 48 heures."
    ),
    Tag.CREDENTIALS_ENDED: gettext_lazy(
        "Vos sessions sont fermées, vos jetons et vos logiciels révoqués. Connectez-vous avec votre second "
        "facteur et choisissez un autre mot de passe : votre compte consulte de nouveau aussitôt."
    ),
    Tag.RENEWAL_ASKED: gettext_lazy(
        "Connectez-vous et choisissez un autre mot de passe ; jusque-là, votre compte ne consulte personne."
    ),
}
_SPEAKS_FOR_ITSELF = frozenset({"too_many_codes", "wrong_code"})
"""Reasons that say what happened better than its kind does."""
_LABELS: dict[str, Promise | str] = {
    "name": gettext_lazy("Nom"),
    "label": gettext_lazy("Nom"),
    "login": gettext_lazy("Identifiant"),
    "delegate": gettext_lazy("Identifiant"),
    "software": gettext_lazy("Logiciel"),
    "vendor": gettext_lazy("Éditeur"),
    "device": gettext_lazy("Poste"),
    "by": gettext_lazy("Par"),
    "colleague": gettext_lazy("Garant"),
    "factor": gettext_lazy("Facteur"),
    "reason": gettext_lazy("Motif"),
    "kind": gettext_lazy("Moyen"),
    "proof": gettext_lazy("Preuve"),
    "organisation": gettext_lazy("Établissement"),
    "network": gettext_lazy("Réseau"),
    "agent": gettext_lazy("Navigateur"),
}
_VALUES: dict[str, Promise | str] = {
    "totp": gettext_lazy("application d’authentification"),
    "webauthn": gettext_lazy("clé d’accès"),
    "passkey": gettext_lazy("clé d’accès"),
    "recovery_codes": gettext_lazy("codes de secours"),
    "card": gettext_lazy("carte professionnelle"),
    "code": gettext_lazy("code"),
    "colleague": gettext_lazy("parole d’un confrère"),
    "cps": gettext_lazy("carte CPS"),
    "cpe": gettext_lazy("carte CPE"),
    "psc": gettext_lazy("Pro Santé Connect"),
    "too_many_codes": gettext_lazy(
        "dix codes faux. Si ce n’était pas vous, quelqu’un connaît votre mot de passe ou lit votre "
        "messagerie : changez-les"
    ),
    "wrong_code": gettext_lazy(
        "un code faux, après le bon mot de passe, depuis un poste inconnu. Si ce n’était pas vous, quelqu’un "
        "connaît votre mot de passe : changez-le"
    ),
    "leaked_password": gettext_lazy("mot de passe trouvé dans une fuite"),
    "leaked_mailbox": gettext_lazy("messagerie trouvée dans une fuite"),
}


def title(kind: str) -> str:
    """What happened, in one line."""
    return str(_TITLES.get(kind, _("Votre compte a changé")))


def lines(kind: str, details: Mapping[str, Any]) -> list[str]:
    """What it means, then the details that have a label, one a line."""
    said = [str(_SAID[kind])] if kind in _SAID and details.get("reason") not in _SPEAKS_FOR_ITSELF else []
    known = [key for key in _LABELS if isinstance(details.get(key), str) and details[key]]
    return said + [
        _("%(label)s : %(value)s") % {"label": _LABELS[key], "value": _VALUES.get(details[key], details[key])}
        for key in known
    ]
