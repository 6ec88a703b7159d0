# cpack --config build/default/CPackConfig.cmake makes dream_….deb, dream-plugin-dev_….deb and dream-….tar.gz. Whatever
# is installed names its component: dream (the program, its executors, its manual) or plugin_api (what a plugin is built
# with).
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGE_VENDOR "the dream project")
set(CPACK_PACKAGE_CONTACT "The dream project <maintainers@dream.invalid>")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_RESOURCE_FILE_README ${PROJECT_SOURCE_DIR}/README.md)
set(CPACK_PACKAGE_FILE_NAME dream-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL dream plugin_api)

# The archive has both: unpacked anywhere, it works from there.
set(CPACK_ARCHIVE_COMPONENT_INSTALL OFF)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_DREAM_PACKAGE_NAME dream)
set(CPACK_DEBIAN_DREAM_PACKAGE_SECTION devel)
# tests/packages/needs.sh holds the programs to it.
set(CPACK_DEBIAN_DREAM_PACKAGE_DEPENDS "libc6 (>= 2.34)")
if(CMAKE_CROSSCOMPILING)
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE arm64)
endif()
set(CPACK_COMPONENT_DREAM_DESCRIPTION
    "The program, its executors (shell, npm, deno, docker, ssh, slurm, kubernetes), and the schema of
dream.json.")
set(CPACK_DEBIAN_PLUGIN_API_PACKAGE_NAME dream-plugin-dev)
set(CPACK_DEBIAN_PLUGIN_API_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PLUGIN_API_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PLUGIN_API_PACKAGE_RECOMMENDS "cmake, g++, rapidjson-dev")
set(CPACK_COMPONENT_PLUGIN_API_DESCRIPTION
    "What an executor is built with: the C contract between dream and its
executors, a C++ layer above it, and the CMake package that builds a plugin.")

install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/dream RENAME copyright COMPONENT dream)
# Of what is inside.
set(licences ${PROJECT_BINARY_DIR}/third-party-licences)
add_custom_command(OUTPUT ${licences} COMMAND ${PROJECT_SOURCE_DIR}/packaging/sbom --licences > ${licences}
                   DEPENDS ${PROJECT_SOURCE_DIR}/packaging/sbom ${PROJECT_SOURCE_DIR}/packaging/cmake/dependencies.cmake VERBATIM)
add_custom_target(licences ALL DEPENDS ${licences})
install(FILES ${licences} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/dream COMPONENT dream)
set(changelog ${PROJECT_BINARY_DIR}/changelog.gz)
add_custom_command(OUTPUT ${changelog} COMMAND gzip -9nc ${PROJECT_SOURCE_DIR}/CHANGELOG.md > ${changelog}
                   DEPENDS ${PROJECT_SOURCE_DIR}/CHANGELOG.md VERBATIM)
add_custom_target(changelog ALL DEPENDS ${changelog})
install(FILES ${changelog} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/dream COMPONENT dream)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/dream-plugin-dev RENAME copyright COMPONENT plugin_api)

# dream_install_documents(DESTINATION COMPONENT NAME… [INCLUDES PATH]): documents whose links lead to what is installed.
function(dream_install_documents destination component)
  cmake_parse_arguments(arg "" INCLUDES "" ${ARGN})
  set(folder ${PROJECT_BINARY_DIR}/documents/${component})
  set(sources)
  set(made)
  foreach(name IN LISTS arg_UNPARSED_ARGUMENTS)
    set(document ${PROJECT_SOURCE_DIR}/docs/${name}.md)
    if(NOT EXISTS ${document})
      set(document ${PROJECT_SOURCE_DIR}/plugins/${name}/README.md)
    endif()
    list(APPEND sources ${document})
    list(APPEND made ${folder}/${name}.md)
  endforeach()
  list(JOIN arg_UNPARSED_ARGUMENTS " " names)
  set(script ${PROJECT_SOURCE_DIR}/packaging/cmake/documents.cmake)
  add_custom_command(OUTPUT ${made}
                     COMMAND ${CMAKE_COMMAND} -D SOURCE=${PROJECT_SOURCE_DIR} -D TO=${folder} -D "NAMES=${names}"
                             -D INCLUDES=${arg_INCLUDES} -P ${script}
                     DEPENDS ${sources} ${script} VERBATIM)
  add_custom_target(${component}_documents ALL DEPENDS ${made})
  install(FILES ${made} DESTINATION ${destination} COMPONENT ${component})
endfunction()

dream_install_documents(${CMAKE_INSTALL_DATADIR}/doc/dream dream reference configuration functional-specification control
                        migrating events clusters examples shell npm deno docker ssh slurm kubernetes)
set(manuals_dir ${CMAKE_INSTALL_DATADIR}/doc/dream-plugin-dev)
set(examples tests/conformance/job_server/jobs.cpp tests/plugins/third_party/cargo.cpp)
file(RELATIVE_PATH include_link /prefix/${manuals_dir} /prefix/${CMAKE_INSTALL_INCLUDEDIR})
dream_install_documents(${manuals_dir} plugin_api plugin-tutorial plugin-abi plugin-rules
                        INCLUDES ${include_link})
install(FILES ${examples} DESTINATION ${manuals_dir}/examples COMPONENT plugin_api)

include(CPack)
