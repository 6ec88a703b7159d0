# Every dependency is a package of Debian 12. A missing one ends the configuration with the package's name.

function(dream_require what package)
  if(NOT ${what}_FOUND)
    message(FATAL_ERROR "${what} was not found. Install it: apt-get install ${package}\n"
                        "(packaging/setup installs everything that dream is built with)")
  endif()
endfunction()

find_package(Threads QUIET)
dream_require(Threads libc6-dev)

find_package(Boost 1.81 QUIET CONFIG)
if(NOT Boost_FOUND)
  find_package(Boost 1.81 QUIET MODULE)
endif()
dream_require(Boost libboost1.81-dev)

find_package(RapidJSON QUIET)
dream_require(RapidJSON rapidjson-dev)

find_package(CLI11 QUIET)
dream_require(CLI11 libcli11-dev)

find_package(fmt QUIET)
dream_require(fmt libfmt-dev)

find_package(spdlog QUIET)
dream_require(spdlog libspdlog-dev)

find_package(OpenSSL QUIET)
dream_require(OpenSSL libssl-dev)

# SHA-256 for dream itself. libcrypto's would be at hand, but asks the processor what it is at every start of the program.
find_path(DREAM_MD_INCLUDE sha2.h)
find_library(DREAM_MD_LIBRARY NAMES libmd.a)
if(DREAM_MD_INCLUDE AND DREAM_MD_LIBRARY)
  set(libmd_FOUND TRUE)
endif()
dream_require(libmd libmd-dev)
add_library(dream_sha256 INTERFACE)
target_link_libraries(dream_sha256 INTERFACE ${DREAM_MD_LIBRARY})
target_include_directories(dream_sha256 SYSTEM INTERFACE ${DREAM_MD_INCLUDE})

# Widths of characters. The static library: its tables are data of the program that nobody reads at its start.
find_path(DREAM_UTF8_INCLUDE utf8proc.h)
find_library(DREAM_UTF8_LIBRARY NAMES libutf8proc.a)
if(DREAM_UTF8_INCLUDE AND DREAM_UTF8_LIBRARY)
  set(utf8proc_FOUND TRUE)
endif()
dream_require(utf8proc libutf8proc-dev)
add_library(dream_utf8 INTERFACE)
target_link_libraries(dream_utf8 INTERFACE ${DREAM_UTF8_LIBRARY})
target_include_directories(dream_utf8 SYSTEM INTERFACE ${DREAM_UTF8_INCLUDE})
target_compile_definitions(dream_utf8 INTERFACE UTF8PROC_STATIC)

# For dream init alone, the static library.
find_path(DREAM_YAML_INCLUDE yaml-cpp/yaml.h)
find_library(DREAM_YAML_LIBRARY NAMES libyaml-cpp.a)
if(DREAM_YAML_INCLUDE AND DREAM_YAML_LIBRARY)
  set(yaml-cpp_FOUND TRUE)
endif()
dream_require(yaml-cpp libyaml-cpp-dev)
add_library(dream_yaml INTERFACE)
target_link_libraries(dream_yaml INTERFACE ${DREAM_YAML_LIBRARY})
target_include_directories(dream_yaml SYSTEM INTERFACE ${DREAM_YAML_INCLUDE})

# For dream init alone. Newer files may break lines within an inline table.
find_path(DREAM_TOML_INCLUDE toml++/toml.h)
if(DREAM_TOML_INCLUDE)
  set(tomlplusplus_FOUND TRUE)
endif()
dream_require(tomlplusplus libtomlplusplus-dev)
add_library(dream_toml INTERFACE)
target_include_directories(dream_toml SYSTEM INTERFACE ${DREAM_TOML_INCLUDE})
target_compile_definitions(dream_toml INTERFACE TOML_EXCEPTIONS=0 TOML_ENABLE_FORMATTERS=0 TOML_ENABLE_UNRELEASED_FEATURES=1)

if(DREAM_TESTS)
  find_package(GTest QUIET)
  dream_require(GTest libgtest-dev)
endif()

# RapidJSON's package predates imported targets.
add_library(rapidjson INTERFACE)
target_include_directories(rapidjson SYSTEM INTERFACE ${RapidJSON_INCLUDE_DIRS} ${RAPIDJSON_INCLUDE_DIRS})
target_compile_definitions(rapidjson INTERFACE RAPIDJSON_HAS_STDSTRING=1)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  # Its stack begins as a null pointer, to which it adds: harmless, but clang's sanitizer would stop there.
  # And its iterators predate the comparisons of C++20.
  target_compile_options(rapidjson INTERFACE -fno-sanitize=pointer-overflow -Wno-ambiguous-reversed-operator)
endif()
