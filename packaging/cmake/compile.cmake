# How everything is compiled; options that the presets set stand first.

option(DREAM_STATIC_RUNTIME "Link libstdc++ and libgcc statically: halves the start-up time" OFF)
option(DREAM_FUZZ "Build the fuzz targets (clang only)" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# As shipped: what a program links but never calls (most of the C++ runtime) costs it time whenever it starts.
if(DREAM_STATIC_RUNTIME)
  add_compile_options(-ffunction-sections -fdata-sections)
  add_link_options(LINKER:--gc-sections,--as-needed)
endif()

add_library(dream_warnings INTERFACE)
target_compile_options(dream_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
# Members that an initialiser leaves out have their default values, on purpose.
target_compile_options(dream_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-missing-field-initializers>)
# GCC's sanitizers make it see uninitialised members of variants where there are none.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_FLAGS MATCHES "-fsanitize")
  target_compile_options(dream_warnings INTERFACE -Wno-maybe-uninitialized)
endif()

# Many files as one: names that one file has for itself would shadow the locals of the next.
if(CMAKE_UNITY_BUILD)
  target_compile_options(dream_warnings INTERFACE -Wno-shadow $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>)
endif()

# Boost is used header-only: no Boost library is linked. The heavy parts of Asio and Process are compiled once
# (host/process/boost_source.cpp).
add_library(dream_boost INTERFACE)
target_link_libraries(dream_boost INTERFACE Boost::headers Threads::Threads ${CMAKE_DL_LIBS})
target_compile_definitions(dream_boost INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION
  BOOST_PROCESS_USE_STD_FS BOOST_PROCESS_V2_SEPARATE_COMPILATION BOOST_DLL_USE_STD_FS)

# A library of the host: one folder, one target, named after the folder.
function(dream_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(dream_${name} STATIC ${arg_SOURCES})
  target_include_directories(dream_${name} PUBLIC ${PROJECT_SOURCE_DIR}/host)
  target_link_libraries(dream_${name} PUBLIC ${arg_LIBRARIES} PRIVATE dream_warnings)
endfunction()

# A GoogleTest program; each TEST becomes a test of ctest.
function(dream_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LIBRARIES;PROPERTIES" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O0>)
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} GTest::gtest GTest::gmock GTest::gtest_main dream_warnings)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/host ${PROJECT_SOURCE_DIR}/tests)
  gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST
                       PROPERTIES TIMEOUT ${arg_TIMEOUT} ${arg_PROPERTIES})
endfunction()
if(DREAM_TESTS)
  include(GoogleTest)
endif()
