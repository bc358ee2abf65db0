"""Identifier and code systems of FHIR as France uses them, and our own where no public one was found.

Sources: FR Core 2 (https://hl7.fr/ig/fhir/core), référentiel INS (Agence du numérique en santé). NSS and
INS-NIR share an OID, so an identifier is known by system *and* type. Our own URIs stand under a reserved
domain, so that they can never be taken for somebody's server.
"""

V2_0203 = "http://terminology.hl7.org/CodeSystem/v2-0203"
FR_V2_0203 = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"

NIR = "urn:oid:1.2.250.1.213.1.4.8"
NIA = "urn:oid:1.2.250.1.213.1.4.9"
INS_TEST = "urn:oid:1.2.250.1.213.1.4.10"
INS_DEMO = "urn:oid:1.2.250.1.213.1.4.11"
INS_SYSTEMS = frozenset({NIR, NIA, INS_TEST, INS_DEMO})

NSS_TYPE = (V2_0203, "NH")
"""The number under which care is paid, with system `NIR`."""
INS_TYPES = {
    (NIR, FR_V2_0203, "INS-NIR"),
    (NIA, FR_V2_0203, "INS-NIA"),
    (INS_TEST, FR_V2_0203, "INS-NIR-TEST"),
    (INS_DEMO, FR_V2_0203, "INS-NIR-DEMO"),
}
"""(system, type's system, type's code) of a person's own identity."""
INVENTED = frozenset({INS_TEST, INS_DEMO})
"""A wrong key under these is worth a warning only."""

RPPS = frozenset({"https://rpps.esante.gouv.fr", "http://rpps.fr"})
IDNPS = "urn:oid:1.2.250.1.71.4.2.1"

LUNAR_DATE = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-lunar-date"
"""Extension of a birth date that FHIR's own type cannot hold; its value is a string."""

ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
COVERAGE_TYPE = frozenset({ACT_CODE, "http://terminology.hl7.org/CodeSystem/coverage-type"})
AMO, AMC = "PUBLICPOL", "EHCPOL"
"""Types of Coverage: compulsory scheme, complementary insurer."""
RELATIONSHIP = "http://terminology.hl7.org/CodeSystem/subscriber-relationship"

OWN = "https://rempart.example/fhir"
AMC_NUMBER = f"{OWN}/sid/amc-number"
COVERAGE_CLASS = f"{OWN}/CodeSystem/coverage-class"
"""Codes `scheme`, `fund`, `convention`, `routing`."""
EXTENSION = f"{OWN}/StructureDefinition/"
"""Before `alsace-moselle`, `ald`, `c2s`, `c2s-end`, `ame-end`, `third-party`, `responsible`,
`last-optics`, `guarantee`."""
