"""The gate's machine words in the words of the pages. French is the source; English is translated."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rempart.gate.rules.request import PresentReason
from rempart.vocabulary.words import (
    ActFamily,
    Meter,
    Profession,
    Proof,
    Purpose,
    Reason,
    RestrictionKind,
    Scope,
    Verdict,
    Window,
)

Words = dict[str, Promise | str]

PROFESSIONS: Words = {
    Profession.PHARMACIST: _("Pharmacien"),
    Profession.OPTICIAN: _("Opticien-lunetier"),
    Profession.DOCTOR: _("Médecin"),
    Profession.HOSPITAL_DESK: _("Bureau des admissions"),
    Profession.DENTIST: _("Chirurgien-dentiste"),
    Profession.HEARING: _("Audioprothésiste"),
    Profession.NURSE: _("Infirmier"),
    Profession.MIDWIFE: _("Sage-femme"),
    Profession.PHYSIOTHERAPIST: _("Masseur-kinésithérapeute"),
    Profession.PODIATRIST: _("Pédicure-podologue"),
    Profession.OPERATOR: _("Exploitation"),
    Profession.DPO: _("Délégué à la protection des données"),
}

ACTS: Words = {
    ActFamily.CONSULTATION: _("Consultation"),
    ActFamily.MEDICINES: _("Médicaments"),
    ActFamily.OPTICS: _("Optique"),
    ActFamily.DENTAL: _("Soins dentaires"),
    ActFamily.HEARING: _("Audioprothèse"),
    ActFamily.NURSING: _("Soins infirmiers"),
    ActFamily.PHYSIOTHERAPY: _("Kinésithérapie"),
    ActFamily.HOSPITAL: _("Hospitalisation"),
}

PURPOSES: Words = {
    Purpose.RIGHTS: _("Droits"),
    Purpose.ADMISSION: _("Admission"),
    Purpose.SUPPORT: _("Assistance"),
    Purpose.SUBJECT_ACCESS: _("Droit d'accès"),
}

VERDICTS: Words = {
    Verdict.GRANTED: _("Réponse"),
    Verdict.CHALLENGED: _("Confirmation demandée"),
    Verdict.REFUSED: _("Impossible pour l'instant"),
}
VERDICT_LOOKS: dict[str, str] = {Verdict.GRANTED: "yes", Verdict.CHALLENGED: "hold", Verdict.REFUSED: "no"}
"""Verdict → the shape and colour that go with the word."""

PROOFS: Words = {
    Proof.NONE.name.lower(): pgettext_lazy("preuve", "Aucune"),
    Proof.CARD.name.lower(): _("Carte"),
    Proof.PRESENT.name.lower(): _("Personne présente"),
    Proof.KNOWN.name.lower(): _("Personne connue de la structure"),
}

METERS: Words = {
    Meter.UNPROVEN.name.lower(): _("Sans carte"),
    Meter.PROVEN.name.lower(): _("Avec carte"),
    Meter.PRESENT.name.lower(): _("Personne présente, sans carte"),
    Meter.KNOWN.name.lower(): _("Personnes déjà venues"),
    Meter.WIDE.name.lower(): _("Réponses élargies"),
}

WINDOWS: Words = {
    Window.MINUTE.name.lower(): _("par minute"),
    Window.HOUR.name.lower(): _("par heure"),
    Window.DAY.name.lower(): _("par jour"),
    Window.THIRTY_DAYS.name.lower(): _("par 30 jours"),
}

SCOPES: Words = {
    Scope.ACCOUNT.name.lower(): _("Compte"),
    Scope.ORGANISATION.name.lower(): _("Structure"),
    Scope.NETWORK.name.lower(): _("Réseau"),
    Scope.PLATFORM.name.lower(): _("Plateforme"),
    Scope.SESSION.name.lower(): _("Session"),
    Scope.CHANNEL.name.lower(): _("Canal"),
    Scope.INSURER.name.lower(): _("Organisme"),
    Scope.SOFTWARE.name.lower(): _("Logiciel"),
}

RESTRICTIONS: Words = {
    RestrictionKind.STEP_UP: _("Confirmation exigée"),
    RestrictionKind.CARD_REQUIRED: _("Carte exigée"),
    RestrictionKind.FROZEN: _("Compte suspendu"),
    RestrictionKind.CLOSED: _("Fermeture"),
}

CLOSED: Words = {
    "everything": _("Toutes les consultations sont fermées"),
    "page": _("Les consultations par ces pages sont fermées"),
    "api": _("Les consultations par logiciel sont fermées"),
    "command": _("Les consultations par commande sont fermées"),
    "insurer": _("Un organisme est fermé"),
    "software": _("Un logiciel est fermé"),
}
"""What of the service is closed, above its message."""

REASONS: Words = {
    Reason.CREDENTIAL: _("Session ou jeton inconnu"),
    Reason.FROZEN: _("Compte suspendu"),
    Reason.CLOSED: _("Service fermé"),
    Reason.NETWORK: _("Réseau écarté"),
    Reason.CARD_REQUIRED: _("Carte exigée"),
    Reason.STEP_UP: _("Confirmation exigée"),
    Reason.ASSURANCE: _("Second facteur manquant"),
    Reason.PURPOSE: _("Motif non ouvert à la profession"),
    Reason.BIRTH_RANK: _("Rang de naissance à préciser"),
    Reason.NOT_FOUND: _("Aucune personne trouvée"),
    Reason.LIMIT_ACCOUNT: _("Plafond du compte atteint"),
    Reason.LIMIT_ORGANISATION: _("Plafond de la structure atteint"),
    Reason.LIMIT_NETWORK: _("Plafond du réseau atteint"),
    Reason.BREAKER: _("Plafond de la plateforme atteint"),
    Reason.CLOCK: _("Horloge incertaine"),
    Reason.PROOF_FORGED: _("Preuve de carte invalide"),
    Reason.PROOF_STALE: _("Lecture de carte trop ancienne"),
    Reason.PROOF_REPLAYED: _("Lecture de carte déjà utilisée"),
    Reason.PROOF_TERMINAL: _("Lecteur de cartes non enregistré"),
    Reason.UNAVAILABLE: _("Service indisponible"),
}

CHANNELS: Words = {"page": _("Page"), "api": _("Logiciel"), "command": _("Commande")}


def word(words: Words, key: object) -> str:
    """The word for `key`, or the key itself when it has none: an unknown word is shown, never hidden."""
    return str(words.get(str(key), key)) if key is not None else ""


WHAT_HAPPENED: Words = {
    Reason.CREDENTIAL: _("Votre session a pris fin"),
    Reason.FROZEN: _("Votre compte est suspendu"),
    Reason.CLOSED: _("Le service est fermé pour l’instant"),
    Reason.NETWORK: _("Ce réseau est écarté pour l’instant"),
    Reason.CARD_REQUIRED: _("La carte du patient est demandée"),
    Reason.STEP_UP: _("Une confirmation est demandée"),
    Reason.ASSURANCE: _("Votre code de connexion est demandé"),
    Reason.PURPOSE: _("Ce motif n’est pas ouvert à votre profession"),
    Reason.BIRTH_RANK: _("Plusieurs personnes partagent ce numéro et cette date"),
    Reason.NOT_FOUND: _("Aucune personne trouvée"),
    Reason.LIMIT_ACCOUNT: _("Votre plafond sans carte est atteint"),
    Reason.LIMIT_ORGANISATION: _("Le plafond de votre structure est atteint"),
    Reason.LIMIT_NETWORK: _("Beaucoup de consultations viennent de ce réseau"),
    Reason.BREAKER: _("Les consultations sans carte sont fermées pour tous"),
    Reason.CLOCK: _("Seules les consultations avec carte sont ouvertes"),
    Reason.PROOF_FORGED: _("La carte n’a pas pu être vérifiée"),
    Reason.PROOF_STALE: _("La lecture de la carte est trop ancienne"),
    Reason.PROOF_REPLAYED: _("Cette lecture de carte a déjà servi"),
    Reason.PROOF_TERMINAL: _("Ce lecteur n’est pas enregistré pour votre structure"),
    Reason.UNAVAILABLE: _("Service momentanément indisponible"),
}
"""Reason → title for a professional at a counter, a patient waiting."""

WHAT_TO_DO: Words = {
    Reason.CREDENTIAL: _("Connectez-vous de nouveau."),
    Reason.FROZEN: _("Appelez l’assistance : elle seule peut le rétablir, après vous avoir reconnu."),
    Reason.CLOSED: _("Une attestation de droits sur papier reste valable."),
    Reason.NETWORK: _(
        "Votre compte n’est pas en cause. De votre lieu d’exercice, avec la carte, vous continuez."
    ),
    Reason.CARD_REQUIRED: _("Votre compte reste ouvert pour tout patient présent."),
    Reason.STEP_UP: _(
        "Un signal inhabituel a été vu sur votre compte, qui reste ouvert pour tout patient présent."
    ),
    Reason.ASSURANCE: _("Le mot de passe seul ne donne accès à aucune personne."),
    Reason.PURPOSE: _("Choisissez un autre motif, ou appelez l’assistance."),
    Reason.BIRTH_RANK: _(
        "Jumeaux, ou enfants rattachés au même parent : le rang de naissance figure sur l’attestation."
    ),
    Reason.NOT_FOUND: _(
        "Vérifiez le numéro et la date de naissance sur la carte ou l’attestation. Cet essai a été compté."
    ),
    Reason.LIMIT_ACCOUNT: _("Avec la carte, vos consultations restent ouvertes."),
    Reason.LIMIT_ORGANISATION: _("Avec la carte, les consultations restent ouvertes."),
    Reason.LIMIT_NETWORK: _("Le plafond est celui du réseau, pas le vôtre. Avec la carte, vous continuez."),
    Reason.BREAKER: _("Une protection de toute la plateforme est en place. Avec la carte, vous continuez."),
    Reason.CLOCK: _(
        "L’horloge du service est incertaine ; les consultations sans carte reprendront avec elle."
    ),
    Reason.PROOF_FORGED: _(
        "La signature du lecteur ne vaut pas pour cette personne et ce compte. Présentez la carte de nouveau."
    ),
    Reason.PROOF_STALE: _("Une lecture vaut une minute. Présentez la carte de nouveau."),
    Reason.PROOF_REPLAYED: _("Une lecture ne sert qu’une fois. Présentez la carte de nouveau."),
    Reason.PROOF_TERMINAL: _("Il est inconnu, pas encore actif, ou rattaché à une autre structure."),
    Reason.UNAVAILABLE: _(
        "Rien n’a été communiqué ni compté. Une attestation de droits sur papier reste valable."
    ),
}

BY_CARD_ONLY = (
    _("Votre carte de professionnel est demandée"),
    _("Ce motif demande votre carte ou Pro Santé Connect. Votre consultation reprend aussitôt après."),
)
"""Title and text of a challenge that only level 3 answers."""

KINDS: Words = {
    "simple": _("Verres simples"),
    "complex": _("Verres complexes"),
    "very_complex": _("Verres très complexes"),
    "general": _("Médecine, chirurgie, obstétrique"),
    "psychiatry": _("Psychiatrie"),
}
"""Kinds of lens and of ward."""

PRESENT_REASONS: Words = {
    PresentReason.CARD_FORGOTTEN: _("Carte oubliée"),
    PresentReason.CARD_UNREADABLE: _("Carte illisible ou abîmée"),
    PresentReason.READER_BROKEN: _("Lecteur en panne"),
    PresentReason.NEWBORN: _("Nouveau-né sans carte"),
    PresentReason.EMERGENCY: _("Urgence"),
    PresentReason.OTHER: _("Autre raison"),
}
"""Why no card was read though the patient is there."""

SPENT_ON: Words = {
    "none": METERS["unproven"],
    "card": METERS["proven"],
    "present": METERS["present"],
    "known": METERS["known"],
}
"""Proof → the meter that it spends."""

RESTRICTION_REASONS: Words = {
    "unusual_pace": _("Rythme inhabituel"),
    "unknown_device": _("Poste ou réseau inconnu"),
    "holder_reports": _("Signalé par le titulaire"),
    "order_walk": _("Numéros consultés dans l’ordre"),
    "campaign": _("Même signe sur plusieurs comptes"),
    "other": _("Autre raison"),
}
"""Codes of the reasons for which the desk restricts."""

CALLS: Words = {
    "email": _("courriel"),
    "webhook": _("appel de logiciel"),
    "matrix": _("Matrix"),
    "mattermost": _("Mattermost"),
    "telephone": _("téléphone"),
}
"""How somebody on call is reached."""

CONTACTS: Words = {
    "operations": _("exploitation"),
    "dpo": _("protection des données"),
    "insurer": _("organisme complémentaire"),
    "authority": _("autorité"),
    "provider": _("prestataire"),
}
"""Who stands on the night card."""

CARD_REASONS: Words = {
    "new_account": _("Votre compte est nouveau."),
    "new_factor": _("Un second facteur vient d’être ajouté à votre compte."),
    "new_role": _("La profession ou l’organisation de votre compte vient de changer."),
    "reset": _("Votre mot de passe vient d’être choisi sans l’ancien."),
    "leak": _("Votre mot de passe ou votre messagerie figure dans une fuite de données."),
    "new_device": _("Ce poste ne s’était jamais connecté à votre compte."),
}
"""Why the card is required for 48 hours."""

EVENTS: Words = {
    "access:session:opened": _("Connexion"),
    "access:session:refused": _("Connexion refusée"),
    "access:session:closed": _("Déconnexion"),
    "access:session:ended": _("Autres sessions fermées"),
    "access:factor:enrolled": _("Second facteur activé"),
    "access:factor:removed": _("Second facteur retiré"),
    "access:factor:codes_renewed": _("Codes de secours renouvelés"),
    "access:password:changed": _("Mot de passe changé"),
    "access:device:first_seen": _("Nouveau poste"),
    "access:token:created": _("Jeton créé"),
    "access:token:revoked": _("Jeton révoqué"),
    "access:account:reported": _("« Ce n’était pas moi »"),
    "access:account:opened": _("Compte ouvert"),
    "access:account:set_up_issued": _("Mot d’ouverture remis"),
    "access:enrolment:asked": _("Courrier d’ouverture demandé"),
    "access:enrolment:printed": _("Courrier d’ouverture imprimé"),
    "access:identity:linked": _("Identité rattachée"),
    "access:identity:ended": _("Identité détachée"),
    "access:identity:refused": _("Identité refusée"),
    "access:account:card_vouched": _("Garant d’un confrère : carte"),
    "access:reset:asked": _("Nouveau mot de passe demandé"),
    "access:reset:vouched": _("Garant d’un confrère : mot de passe"),
    "access:reset:stopped": _("Nouveau mot de passe arrêté"),
    "access:reset:done": _("Mot de passe choisi sans l’ancien"),
    "access:session:challenged": _("Session présentée d’ailleurs"),
    "access:session:stepped_up": _("Preuve renouvelée"),
    "access:delegate:opened": _("Compte d’équipe ouvert"),
    "access:delegate:ended": _("Compte d’équipe fermé"),
    "access:campaign:seen": _("Essais en série"),
    "access:account:role_changed": _("Profession ou organisation changée"),
    "access:account:closed": _("Compte fermé"),
    "access:software:allowed": _("Logiciel autorisé"),
    "access:software:revoked": _("Autorisation d’un logiciel terminée"),
    "access:software:confirmed": _("Logiciel confirmé par son titulaire"),
    "access:account:credentials_ended": _("Sessions, jetons et logiciels fermés par l’exploitation"),
    "containment:appeal:made": _("Restriction contestée"),
    "access:software:refused": _("Logiciel refusé"),
    "access:software:registered": _("Logiciel enregistré"),
    "access:software:withdrawn": _("Logiciel retiré"),
    "gate:restriction:placed": _("Restriction posée"),
    "gate:restriction:lifted": _("Restriction levée"),
    "gate:change:proposed": _("Changement proposé"),
    "gate:change:approved": _("Changement approuvé"),
    "gate:change:applied": _("Changement appliqué"),
    "gate:change:cancelled": _("Changement annulé"),
    "intake:persons:imported": _("Personnes importées"),
    "intake:directory:imported": _("Annuaire importé"),
    "intake:insurer:added": _("Organisme ajouté"),
    "intake:insurer:withdrawn": _("Clé d’un organisme retirée"),
    "intake:insurer:rotated": _("Clé d’un organisme renouvelée"),
}
"""Journal tag → what happened. A tag without words is shown as it is."""

RIGHTS: Words = {
    "yes": _("Droits ouverts"),
    "no": _("Droits fermés"),
    "unknown": _("Droits inconnus"),
}

THIRD_PARTY: Words = {
    "yes": _("tiers payant"),
    "no": _("pas de tiers payant"),
    "unknown": _("tiers payant inconnu"),
}

STANDINGS: Words = {
    "c2s": _("complémentaire santé solidaire"),
    "ame": _("aide médicale de l’État"),
    "exoneration": _("exonération"),
}
"""Flags of an answer that the demonstration's page tells of."""

NOT_GUARANTEED: Words = {
    "yes": _("Le patient avance les frais, puis se fait rembourser."),
    "no": _("Rien n’est payé directement tant que les droits sont fermés."),
    "unknown": _("À vérifier avant de compter dessus : inconnu ne veut pas dire non."),
}
"""State of the rights → what a payment that is not guaranteed means."""
