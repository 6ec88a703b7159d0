set(_dream_embed_script ${CMAKE_CURRENT_LIST_DIR}/embed_file.cmake)

# dream_embed(target file name) puts a file, which may be one that the build makes, into a target's program:
# `#include "embedded/name.hpp"` has its bytes in `dream::embedded::name`, a std::string_view.
function(dream_embed target file name)
  get_filename_component(file ${file} ABSOLUTE)
  file(RELATIVE_PATH origin ${PROJECT_SOURCE_DIR} ${file})
  set(header ${CMAKE_CURRENT_BINARY_DIR}/embed/embedded/${name}.hpp)
  add_custom_command(OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} -DFILE=${file} -DORIGIN=${origin} -DNAME=${name} -DHEADER=${header} -P ${_dream_embed_script}
    DEPENDS ${file} ${_dream_embed_script} VERBATIM)
  target_sources(${target} PRIVATE ${header})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/embed)
endfunction()
