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
# The manuals for authors, whose links lead to what is installed with them; of any other link its words stay.
set(manuals_dir ${CMAKE_INSTALL_DATADIR}/doc/dream-plugin-dev)
file(RELATIVE_PATH include_link /prefix/${manuals_dir} /prefix/${CMAKE_INSTALL_INCLUDEDIR})
set(examples tests/conformance/job_server/jobs.cpp tests/plugins/third_party/cargo.cpp)
foreach(manual plugin-tutorial plugin-abi plugin-rules)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/${manual}.md)
  file(READ docs/${manual}.md text)
  string(REPLACE "(../plugin_api/include/" "(${include_link}/" text "${text}")
  string(REGEX REPLACE "\\(\\.\\./tests/[a-z_/]*/([a-z]+\\.cpp)\\)" "(examples/\\1)" text "${text}")
  string(REGEX REPLACE "\\[([^]\n]*)\\]\\((control|functional-specification)\\.md[^)]*\\)" "\\1" text "${text}")
  file(WRITE ${PROJECT_BINARY_DIR}/manuals/${manual}.md "${text}")
endforeach()
install(DIRECTORY ${PROJECT_BINARY_DIR}/manuals/ DESTINATION ${manuals_dir} COMPONENT plugin_api)
install(FILES ${examples} DESTINATION ${manuals_dir}/examples COMPONENT plugin_api)

include(CPack)
