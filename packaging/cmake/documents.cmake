# cmake -D SOURCE=DREAM -D TO=FOLDER -D "NAMES=NAME…" [-D INCLUDES=PATH] -P documents.cmake: writes the documents of these
# names into one folder: docs/NAME.md, or the README of the plugin NAME as NAME.md. Their links lead from one to another, and,
# with INCLUDES (the path from that folder to the headers), to the headers and to examples/. Of any other link its text stays.
separate_arguments(names UNIX_COMMAND "${NAMES}")
list(JOIN names "|" any_name)
foreach(name IN LISTS names)
  set(document ${SOURCE}/docs/${name}.md)
  if(NOT EXISTS ${document})
    set(document ${SOURCE}/plugins/${name}/README.md)
  endif()
  file(READ ${document} text)
  string(REGEX REPLACE "\\]\\((\\.\\./plugins|\\.\\.)/([a-z]+)/README\\.md" "](\\2.md" text "${text}")
  string(REPLACE "](../../docs/" "](" text "${text}")
  # The links that stay are set aside while the others are removed.
  string(ASCII 1 aside)
  string(REGEX REPLACE "\\]\\((#|http|(${any_name})\\.md)" "]${aside}\\1" text "${text}")
  if(INCLUDES)
    string(REPLACE "](../plugin_api/include/" "]${aside}${INCLUDES}/" text "${text}")
    string(REGEX REPLACE "\\]\\(\\.\\./tests/[a-z_/]*/([a-z]+\\.cpp)\\)" "]${aside}examples/\\1)" text "${text}")
  endif()
  string(REGEX REPLACE "\\[([^][]*)\\]\\([^)\n]*\\)" "\\1" text "${text}")
  string(REPLACE "]${aside}" "](" text "${text}")
  file(WRITE ${TO}/${name}.md "${text}")
endforeach()
