"""SHACL findings in people's words; strangers' RDF read where it can do no harm."""
