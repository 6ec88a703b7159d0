# cmake -DCC=… -DCXX=… -DINCLUDE=… -DSOURCE=… -DSTANDARD=c11 -P run_header_test.cmake
if(STANDARD MATCHES "\\+\\+")
  set(compiler ${CXX} -x c++)
else()
  set(compiler ${CC} -x c)
endif()
execute_process(
  COMMAND ${compiler} -std=${STANDARD} -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I ${INCLUDE} ${SOURCE}
  RESULT_VARIABLE result ERROR_VARIABLE errors)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the headers don't compile as ${STANDARD}:\n${errors}")
endif()
