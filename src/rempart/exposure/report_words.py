"""What the reports say besides figures, in both languages."""

from rempart.exposure.words import Language

Said = dict[str, str]

SAID: dict[Language, Said] = {
    "fr": {
        "title": "Qui a été exposé",
        "made": "Établi le {}. Heures de Paris.",
        "persons": "personnes",
        "lookups": "consultations",
        "accounts": "comptes",
        "insurers": "organismes",
        "insurer": "Organisme",
        "opened": "Ce qui a été ouvert",
        "first": "Première fois",
        "last": "Dernière fois",
        "day": "Jour",
        "proof": "Preuve",
        "account": "Compte",
        "organisation": "Structure",
        "with_card": "dont carte",
        "outcome": "Réponse",
        "why": "Raison",
        "sign_ins": "Connexions",
        "asked": "Question",
        "all": "tout le journal",
        "accounts_asked": "Comptes",
        "networks_asked": "Réseaux",
        "sessions_asked": "Sessions",
        "organisations_asked": "Structures",
        "from_asked": "Depuis",
        "to_asked": "Jusqu'à (non compris)",
        "nobody": "Aucune donnée d'assuré n'a été communiquée.",
        "between": "Données communiquées entre le {} et le {}.",
        "by_insurer": "Par organisme responsable",
        "by_insurer_caption": "Personnes exposées, par organisme",
        "over_time": "Dans le temps",
        "by_hour_caption": "Personnes différentes, par heure (heures sans consultation omises)",
        "by_day_caption": "Personnes différentes, par jour (jours sans consultation omis)",
        "by_categories": "Ce qui a été ouvert, par personne",
        "by_proof": "Preuve de la présence du patient",
        "by_account": "Par compte",
        "not_disclosed": "Demandé, mais non communiqué",
        "asked_only": "{} personnes existantes ont été demandées sans que rien d'elles ne soit ouvert.",
        "not_found": "{} questions différentes n'ont trouvé personne.",
        "professionals": "Professionnels dont les propres données ont pu être vues",
        "professionals_lead": "Qui est connecté à un compte peut ouvrir ses pages : inscription à"
        " l'annuaire, adresse"
        " électronique, connexions, collaborateurs, consultations passées. Le journal établit qu'une"
        " session était"
        " ouverte, non quelles pages l'ont été : ce sont au plus ces comptes. Depuis un compte"
        " d'exploitation, au plus"
        " tous les comptes de la plateforme.",
        "more": "et {} autres, dans le fichier complet.",
        "method": "Ce que disent ces chiffres",
        "method_lines": "Les personnes sont comptées exactement, chacune une fois, même vue par plusieurs"
        " comptes ou"
        " sous plusieurs organismes : la somme des lignes peut donc dépasser le total.\n"
        "Est communiquée la donnée d'une consultation accordée dont au moins une catégorie a été ouverte."
        " L'entrée est"
        " écrite avant l'ouverture : une réponse perdue en route est comptée.\n"
        "Les personnes ne sont désignées que par le numéro aléatoire du journal. Les fiches leurres"
        " n'y comptent pas : elles ne sont personne.",
        "source": "{} entrées scellées et {} pas encore scellées ont été lues, par {}.",
    },
    "en": {
        "title": "Who was exposed",
        "made": "Made on {}. Times of Paris.",
        "persons": "persons",
        "lookups": "look-ups",
        "accounts": "accounts",
        "insurers": "insurers",
        "insurer": "Insurer",
        "opened": "What was opened",
        "first": "First time",
        "last": "Last time",
        "day": "Day",
        "proof": "Proof",
        "account": "Account",
        "organisation": "Organisation",
        "with_card": "with card",
        "outcome": "Answer",
        "why": "Reason",
        "sign_ins": "Sign-ins",
        "asked": "Question",
        "all": "the whole journal",
        "accounts_asked": "Accounts",
        "networks_asked": "Networks",
        "sessions_asked": "Sessions",
        "organisations_asked": "Organisations",
        "from_asked": "From",
        "to_asked": "Until (not included)",
        "nobody": "No insured person's data were disclosed.",
        "between": "Data disclosed between {} and {}.",
        "by_insurer": "By insurer (controller)",
        "by_insurer_caption": "Persons exposed, by insurer",
        "over_time": "Over time",
        "by_hour_caption": "Distinct persons by hour (hours without look-ups left out)",
        "by_day_caption": "Distinct persons by day (days without look-ups left out)",
        "by_categories": "What was opened, of each person",
        "by_proof": "Proof that the patient was there",
        "by_account": "By account",
        "not_disclosed": "Asked, but not disclosed",
        "asked_only": "{} existing persons were asked about without anything of theirs being opened.",
        "not_found": "{} different questions found nobody.",
        "professionals": "Professionals whose own data may have been seen",
        "professionals_lead": "Whoever is signed in to an account can open its pages: directory entry,"
        " e-mail address,"
        " sign-ins, colleagues, past look-ups. The journal proves that a session was open, not which pages"
        " were: these"
        " accounts at most. From an operations account, at most every account of the platform.",
        "more": "and {} more, in the full file.",
        "method": "What these figures say",
        "method_lines": "Persons are counted exactly, each once, also when several accounts saw them or"
        " several"
        " insurers hold them: rows may add up to more than the total.\n"
        "Disclosed means: the look-up was granted and at least one category was opened. The entry is"
        " written before"
        " anything is opened, so an answer lost on its way counts.\n"
        "Persons are known by the journal's random number only. Decoy records do not count: they are"
        " nobody.",
        "source": "{} sealed entries and {} not yet sealed were read, by {}.",
    },
}
