/** 256 short common words: one token each, with the space before it, in the usual vocabularies of English models. */
export const words: readonly string[] =
  `able about above across act add after again age ago air all along also among and animal answer any apple area arm
art ask away baby back bad ball bank base bed best big bird black blood blue board boat body bone book both box boy
bread break bring brown build burn busy call came can capital car care case catch cause cell center chair chance change
check child city class clean clear close cloud coat cold color come cook cool copy corn cost count country course cover
cross crowd cut dance dark day dead deal dear deep desk did differ dinner direct dog door down draw dream dress drink drive
drop dry each ear early earth east easy eat edge egg eight end energy engine enough equal even event ever exact eye face
fact fair fall family farm fast father fear feel feet few field fight fill final find fine fire first fish fit five flat floor
flow fly follow food foot force form forward four free fresh friend from front fruit full fun game garden gas gave girl give
glass go gold good got grand grass gray great green ground group grow guess half hand happy hard hat head hear heart heat
heavy help high hill history hold hole home hope horse hot hour house huge human idea inch iron island job join jump just
keep key kind king knew know lady lake land large last late laugh law lead learn least leave left leg length less let
letter level lie life lift light`.split(/\s+/);
