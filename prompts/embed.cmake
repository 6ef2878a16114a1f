# Writes OUT: one std::string_view for each file of FILES, named as the file is with PREFIX before it, in NAMESPACE, byte
# for byte; HEADER declares them.
set(text "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME_WE)
  if(name STREQUAL "README")
    continue()
  endif()
  string(REPLACE "-" "_" name ${name})
  file(READ ${file} hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  # Not one string literal: a compiler need not take more than 65,536 bytes of those.
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND text "constexpr char bytes_of_${name}[] = {${bytes}'\\0'};\n")
  string(APPEND text "std::string_view const ${PREFIX}${name}{bytes_of_${name}, ${size}};\n")
endforeach()
file(WRITE ${OUT} "${text}}  // namespace ${NAMESPACE}\n")
