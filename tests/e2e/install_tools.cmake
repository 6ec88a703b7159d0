# cmake -DFOLDER=… -DPACKAGES=… -P install_tools.cmake: packages of the npm registry that tests run dream with, once for
# a build folder.
set(stamp ${FOLDER}/installed.txt)
if(EXISTS ${stamp})
  file(READ ${stamp} installed)
  if(installed STREQUAL PACKAGES)
    return()
  endif()
endif()

find_program(NPM npm)
if(NOT NPM)
  message(FATAL_ERROR "npm was not found. Install it: apt-get install nodejs npm (packaging/setup does)")
endif()
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})
execute_process(COMMAND ${NPM} install --prefix ${FOLDER} --no-audit --no-fund ${PACKAGES}
                COMMAND_ERROR_IS_FATAL ANY)
# Its first run puts the program in the place of a script that would start it.
if(EXISTS ${FOLDER}/node_modules/.bin/deno)
  execute_process(COMMAND ${FOLDER}/node_modules/.bin/deno --version COMMAND_ERROR_IS_FATAL ANY)
endif()
file(WRITE ${stamp} "${PACKAGES}")
