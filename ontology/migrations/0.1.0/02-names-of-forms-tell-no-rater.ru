# Names of forms tell no rater
#
# Says:    A rating form, the grades in it and what was corrected of them are called by names made by
#          chance and no more by the code of the rater; who gave a form goes to a graph of its own.
# 说明:    评价表、其中的评分及其更正改用随机名称，不再带评价人代号；谁作的评价另存一图。
# Because: Who rated whom is told to human resources alone, and a name is read by whoever reads the form.
# Reads:   performance:RatingForm, performance:Correction

PREFIX core: <https://w3id.org/rengang/ontology/core#>
PREFIX function: <https://w3id.org/rengang/function/>
PREFIX performance: <https://w3id.org/rengang/ontology/performance#>

# Forms that are called otherwise than below the person and the period, and what is in them.

DELETE { ?rating performance:inForm ?form . }
INSERT { ?rating performance:inForm ?named . }
WHERE {
  ?form a performance:RatingForm ; performance:forPerson ?person ; performance:inPeriod ?period .
  ?rating performance:inForm ?form .
  BIND (CONCAT(STR(?person), "/form/", STRAFTER(STR(?period), "/period/"), "/") AS ?above)
  FILTER (!STRSTARTS(STR(?form), ?above))
  BIND (IRI(CONCAT(?above, "f-", function:opaque(STR(?form)))) AS ?named)
} ;

DELETE { ?form ?property ?value . }
INSERT { ?named ?property ?value . }
WHERE {
  ?form a performance:RatingForm ; performance:forPerson ?person ; performance:inPeriod ?period ;
    ?property ?value .
  BIND (CONCAT(STR(?person), "/form/", STRAFTER(STR(?period), "/period/"), "/") AS ?above)
  FILTER (!STRSTARTS(STR(?form), ?above))
  BIND (IRI(CONCAT(?above, "f-", function:opaque(STR(?form)))) AS ?named)
} ;

DELETE { ?correction performance:corrects ?rating . }
INSERT { ?correction performance:corrects ?named . }
WHERE {
  ?rating performance:inForm ?form ; core:dimension ?dimension .
  ?correction performance:corrects ?rating .
  FILTER (!STRSTARTS(STR(?rating), CONCAT(STR(?form), "/")))
  BIND (IRI(CONCAT(STR(?form), "/", REPLACE(STR(?dimension), "^.*[/#]", ""))) AS ?named)
} ;

DELETE { ?rating ?property ?value . }
INSERT { ?named ?property ?value . }
WHERE {
  ?rating performance:inForm ?form ; core:dimension ?dimension ; ?property ?value .
  FILTER (!STRSTARTS(STR(?rating), CONCAT(STR(?form), "/")))
  BIND (IRI(CONCAT(STR(?form), "/", REPLACE(STR(?dimension), "^.*[/#]", ""))) AS ?named)
} ;

DELETE { ?correction ?property ?value . }
INSERT { ?named ?property ?value . }
WHERE {
  ?correction performance:corrects ?rating ; ?property ?value .
  FILTER (CONTAINS(STR(?rating), "/form/") && !STRSTARTS(STR(?correction), CONCAT(STR(?rating), "/")))
  BIND (IRI(CONCAT(STR(?rating), "/correction/", function:opaque(STR(?correction)))) AS ?named)
} ;

# The code of the rater, which stands after the period.

DELETE { ?thing ?property ?value . }
INSERT { ?named ?property ?value . }
WHERE {
  ?thing ?property ?value .
  FILTER (REGEX(STR(?thing), "/person/[^/]+/form/[^/]+/[^/]+")
    && !REGEX(STR(?thing), "/person/[^/]+/form/[^/]+/f-[a-z2-7]{26}(/|$)"))
  BIND (REPLACE(STR(?thing), "^(.*/person/[^/]+/form/[^/]+/[^/]+).*$", "$1") AS ?form)
  BIND (IRI(CONCAT(REPLACE(?form, "[^/]+$", ""), "f-", function:opaque(?form),
    STRAFTER(STR(?thing), ?form))) AS ?named)
} ;

DELETE { ?thing ?property ?value . }
INSERT { ?thing ?property ?named . }
WHERE {
  ?thing ?property ?value .
  FILTER (isIRI(?value) && REGEX(STR(?value), "/person/[^/]+/form/[^/]+/[^/]+")
    && !REGEX(STR(?value), "/person/[^/]+/form/[^/]+/f-[a-z2-7]{26}(/|$)"))
  BIND (REPLACE(STR(?value), "^(.*/person/[^/]+/form/[^/]+/[^/]+).*$", "$1") AS ?form)
  BIND (IRI(CONCAT(REPLACE(?form, "[^/]+$", ""), "f-", function:opaque(?form),
    STRAFTER(STR(?value), ?form))) AS ?named)
}
