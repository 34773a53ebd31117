"""How fast the SPARQL endpoint answers, beside other servers over the same triples."""
