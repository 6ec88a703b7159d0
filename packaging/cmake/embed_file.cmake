# cmake -DFILE=… -DORIGIN=… -DNAME=… -DHEADER=… -P embed_file.cmake: for dream_embed(). A C array has no limit of length
# and needs no escapes.
cmake_minimum_required(VERSION 3.25)
file(READ ${FILE} bytes HEX)
string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
file(CONFIGURE OUTPUT ${HEADER} @ONLY CONTENT
"// Made of @ORIGIN@.
#pragma once

#include <string_view>

namespace dream::embedded {

inline constexpr char @NAME@_bytes[] = {@bytes@};
inline constexpr std::string_view @NAME@{@NAME@_bytes, sizeof(@NAME@_bytes)};

}  // namespace dream::embedded
")
file(TOUCH_NOCREATE ${HEADER})
