# dream_add_plugin(acme acme.cpp … [SCHEMA options.schema.json])
#
# Adds the target `acme`, which builds the executor plugin libdream_acme.so from C or C++: it exports the entry
# function alone, depends on no C++ runtime of the machine, and carries the JSON Schema of its options.
# C++ gets the schema through DREAM_PLUGIN(Class); C includes "dream_options_schema.h" and finds it in
# `dream_options_schema`.

set(DREAM_PLUGIN_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR} CACHE INTERNAL "where the helpers of dream_add_plugin are")

# Writes the schema as a C array, which has no limit of length and needs no escapes.
function(_dream_embed_schema target schema)
  get_filename_component(schema ${schema} ABSOLUTE)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target}_schema)
  file(READ ${schema} bytes HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
  file(CONFIGURE OUTPUT ${folder}/dream_options_schema.h @ONLY CONTENT
"/* Made of ${schema}. */\nstatic const char dream_options_schema[] = {@bytes@'\\0'};\n")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${schema})
  target_include_directories(${target} PRIVATE ${folder})
endfunction()

# Links the C++ runtime into a program or a library, so that it needs glibc 2.34 or newer and nothing else.
function(dream_static_runtime target)
  target_link_options(${target} PRIVATE $<$<LINK_LANGUAGE:CXX>:-static-libstdc++> -static-libgcc)
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if("CXX" IN_LIST languages AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(source ${DREAM_PLUGIN_CMAKE_DIR}/find_object.cpp)
    target_sources(${target} PRIVATE ${source})
    # The linker needs its machine code at once; and it is no part of what the target's own files are compiled as.
    set_source_files_properties(${source} TARGET_DIRECTORY ${target} PROPERTIES
                                COMPILE_OPTIONS -fno-lto SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
endfunction()

function(dream_add_plugin name)
  cmake_parse_arguments(arg "" "SCHEMA" "" ${ARGN})
  add_library(${name} MODULE ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE dream::plugin_api)
  set_target_properties(${name} PROPERTIES
    PREFIX "lib" OUTPUT_NAME "dream_${name}" POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if("CXX" IN_LIST languages)
    target_compile_features(${name} PRIVATE cxx_std_20)
  endif()
  if(arg_SCHEMA)
    _dream_embed_schema(${name} ${arg_SCHEMA})
  endif()

  if(NOT APPLE AND NOT WIN32)
    # What the runtime has and the plugin doesn't use is left out: it would be loaded at each start of dream.
    target_link_options(${name} PRIVATE LINKER:--gc-sections "LINKER:--version-script=${DREAM_PLUGIN_CMAKE_DIR}/plugin.map")
    set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS ${DREAM_PLUGIN_CMAKE_DIR}/plugin.map)
    # A sanitizer's runtime has to be the one of the program that loads the plugin.
    if(NOT "${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize"
       AND (NOT DEFINED DREAM_STATIC_RUNTIME OR DREAM_STATIC_RUNTIME))
      dream_static_runtime(${name})
    endif()
  endif()
endfunction()
