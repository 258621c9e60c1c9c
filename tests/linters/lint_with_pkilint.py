"""Judges certificates and CRLs with pkilint, all in one process: loading it takes as long as fifty certificates.

Reads JSON from standard input: a list of {"kind": "certificate" or "crl", "der": base64, "issuer": base64}.
Writes JSON to standard output: for each, a list of {"code", "severity", "details"}; pkilint's debugging notes are left out.
"""

import base64
import json
import sys

from pkilint import document, loader, pkix, validation
from pkilint.pkix import algorithm, certificate, crl, extension, key, name
from pkilint.pkix.certificate import certificate_extension, certificate_key
from pyasn1_alt_modules import rfc5280

CERTIFICATES = loader.RFC5280CertificateDocumentLoader()
CRLS = loader.RFC5280CertificateListDocumentLoader()

CERTIFICATE_RULES = certificate.create_pkix_certificate_validator_container(
    certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
    [
        certificate.create_issuer_validator_container([]),
        certificate.create_validity_validator_container(),
        certificate.create_subject_validator_container([]),
        certificate.create_extensions_validator_container([]),
        certificate.create_spki_validator_container([]),
    ],
)

CRL_RULES = crl.create_pkix_crl_validator_container(
    [
        pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
        pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
    ],
    [
        crl.create_issuer_validator_container([]),
        crl.create_validity_validator_container([]),
        crl.create_extensions_validator_container([]),
    ],
)

# What must hold between a certificate and its issuer's.
PAIR_DECODING = validation.ValidatorContainer(
    validators=[
        pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
        pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
        pkix.create_signature_algorithm_identifier_decoder(
            algorithm.SIGNATURE_ALGORITHM_IDENTIFIER_MAPPINGS, path="certificate.tbsCertificate.signature"
        ),
        certificate.create_spki_decoder(
            key.SUBJECT_PUBLIC_KEY_ALGORITHM_IDENTIFIER_MAPPINGS,
            key.SUBJECT_KEY_PARAMETER_ALGORITHM_IDENTIFIER_MAPPINGS,
        ),
    ],
    path="certificate",
)
ISSUER_RULES = validation.ValidatorContainer(
    validators=[
        name.IssuerSubjectNameBinaryEqualValidator(
            path="certificate.tbsCertificate.subject",
            subject_document_issuer_dn_path="subject:certificate.tbsCertificate.issuer",
        ),
        extension.IssuerSubjectKeyIdentifierBinaryEqualValidator(
            subject_auth_key_id_retriever=lambda node: document.get_document_by_name(
                node, "subject"
            ).get_extension_by_oid(rfc5280.id_ce_authorityKeyIdentifier)
        ),
        certificate_extension.IssuerSubjectPolicyChainValidator(),
    ]
)
SIGNATURE_RULES = validation.ValidatorContainer(
    validators=[
        certificate_key.SubjectSignatureVerificationValidator(
            tbs_node_retriever=lambda node: node.navigate("^.tbsCertificate"), path="certificate.signature"
        )
    ]
)


def certificate_results(der, issuer_der):
    results = list(CERTIFICATE_RULES.validate(CERTIFICATES.load_der_document(der, "certificate").root))
    both = {}
    both["issuer"] = issuer = CERTIFICATES.load_der_document(issuer_der, "issuer", "issuer", both)
    both["subject"] = subject = CERTIFICATES.load_der_document(der, "subject", "subject", both)
    # The certificate itself is decoded and judged above; its issuer is a specimen of its own.
    PAIR_DECODING.validate(issuer.root)
    PAIR_DECODING.validate(subject.root)
    return results + list(ISSUER_RULES.validate(issuer.root)) + list(SIGNATURE_RULES.validate(subject.root))


def crl_results(der, _issuer_der):
    return list(CRL_RULES.validate(CRLS.load_der_document(der, "crl").root))


def findings(specimen):
    judge = {"certificate": certificate_results, "crl": crl_results}[specimen["kind"]]
    try:
        results = judge(base64.b64decode(specimen["der"]), base64.b64decode(specimen["issuer"]))
    except ValueError as error:
        return [{"code": "not-decodable", "severity": "FATAL", "details": str(error)}]
    return [
        {
            "code": description.finding.code,
            "severity": description.finding.severity.name,
            "details": f"{result.node.path} {description.message or ''}".strip(),
        }
        for result in results
        for description in result.finding_descriptions
        if description.finding.severity != validation.ValidationFindingSeverity.DEBUG
    ]


json.dump([findings(specimen) for specimen in json.load(sys.stdin)], sys.stdout)
