# dream_embed(target file name) puts a file into a target's program: `#include "embedded/name.hpp"` has its bytes in
# `dream::embedded::name`, a std::string_view. A C array has no limit of length and needs no escapes.
function(dream_embed target file name)
  get_filename_component(file ${file} ABSOLUTE)
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
  file(RELATIVE_PATH origin ${PROJECT_SOURCE_DIR} ${file})
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/embed/embedded/${name}.hpp @ONLY CONTENT
"// Made of @origin@.
#pragma once

#include <string_view>

namespace dream::embedded {

inline constexpr char @name@_bytes[] = {@bytes@};
inline constexpr std::string_view @name@{@name@_bytes, sizeof(@name@_bytes)};

}  // namespace dream::embedded
")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/embed)
endfunction()
