# cmake -DFOLDER=… -DGENERATOR=… -DCXX_COMPILER=… -P new_plugin.cmake: a plugin's repository is written, built, tested,
# checked and used with the dream that is installed in FOLDER/prefix.
set(dream ${FOLDER}/prefix/bin/dream)
set(repository ${FOLDER}/my-tool)
file(REMOVE_RECURSE ${repository} ${FOLDER}/home)
file(MAKE_DIRECTORY ${FOLDER}/home)
set(ENV{HOME} ${FOLDER}/home)
unset(ENV{XDG_STATE_HOME})
unset(ENV{DREAM_PLUGIN_PATH})

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()
function(expect_output expected)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
  if(NOT output STREQUAL expected)
    message(FATAL_ERROR "expected \"${expected}\", got \"${output}\"")
  endif()
endfunction()

run(${dream} plugin new my-tool ${repository})
execute_process(COMMAND ${dream} plugin new my-tool ${repository} RESULT_VARIABLE again ERROR_VARIABLE said)
if(NOT again EQUAL 2 OR NOT said MATCHES "exists already")
  message(FATAL_ERROR "a second time, it answered ${again}: ${said}")
endif()

run(${CMAKE_COMMAND} -S ${repository} -B ${repository}/build -G ${GENERATOR} -DCMAKE_CXX_COMPILER=${CXX_COMPILER}
    -DCMAKE_PREFIX_PATH=${FOLDER}/prefix)
run(${CMAKE_COMMAND} --build ${repository}/build)
run(${CMAKE_CTEST_COMMAND} --test-dir ${repository}/build --output-on-failure --no-tests=error)

# Nobody has confirmed it yet.
execute_process(COMMAND ${dream} -C ${repository}/example hello RESULT_VARIABLE refused ERROR_VARIABLE said)
if(NOT refused EQUAL 2 OR NOT said MATCHES "dream plugin trust")
  message(FATAL_ERROR "unconfirmed, it answered ${refused}: ${said}")
endif()
expect_output("my-tool runs hello\n" ${dream} -C ${repository}/example hello --trust)
run(${dream} plugin trust ${repository}/build/libdream_my-tool.so)
expect_output("my-tool runs hello there\n" ${dream} -C ${repository}/example hello -- there)
