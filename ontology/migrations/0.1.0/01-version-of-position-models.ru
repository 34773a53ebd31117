# Version of position models
#
# Says:    A position model that does not say which version it is takes the version of its document,
#          or 0.1.0 where the document states none.
# 说明:    没有写明版本的岗位模型，版本取自所在文档的文件头；文件头也没有的，记为 0.1.0。
# Because: Every judgement says by which version of the model it was made.
# Reads:   core:PositionModel

PREFIX core: <https://w3id.org/rengang/ontology/core#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>

INSERT { ?model core:version ?version . }
WHERE {
  ?model a core:PositionModel .
  FILTER NOT EXISTS { ?model core:version ?stated . }
  OPTIONAL { ?document a owl:Ontology ; owl:versionInfo ?told . }
  BIND (COALESCE(STR(?told), "0.1.0") AS ?version)
}
