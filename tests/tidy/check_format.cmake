# Runs clang-format over every C and C++ file, in one call: it changes nothing and fails when a file would change.
set(files)
foreach(folder host plugin_api plugins tests)
  file(GLOB_RECURSE found LIST_DIRECTORIES false
       ${SOURCE_DIR}/${folder}/*.hpp ${SOURCE_DIR}/${folder}/*.cpp
       ${SOURCE_DIR}/${folder}/*.h ${SOURCE_DIR}/${folder}/*.c)
  list(APPEND files ${found})
endforeach()
if(NOT files)
  message(FATAL_ERROR "no file to check below ${SOURCE_DIR}")
endif()
execute_process(COMMAND ${CLANG_FORMAT} --dry-run -Werror ${files} RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "these files are not formatted; run: clang-format -i FILE…")
endif()
