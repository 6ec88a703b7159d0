# cmake -DCC=… -DCXX=… -DINCLUDE=… -DSOURCE=… -DSTANDARD=c11 -DPROGRAM=… [-DFROZEN=ON] -P run_header_test.cmake
if(STANDARD MATCHES "\\+\\+")
  set(compiler ${CXX} -x c++)
else()
  set(compiler ${CC} -x c)
endif()
if(FROZEN)
  list(APPEND compiler -DDREAM_FROZEN)
endif()
execute_process(
  COMMAND ${compiler} -std=${STANDARD} -Wall -Wextra -Wpedantic -Werror -I ${INCLUDE} -o ${PROGRAM} ${SOURCE}
  RESULT_VARIABLE result ERROR_VARIABLE errors)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the headers don't compile as ${STANDARD}:\n${errors}")
endif()
execute_process(COMMAND ${PROGRAM} RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "what a plugin does with them as ${STANDARD} is wrong: see number ${result} of ${SOURCE}")
endif()
