# The files that `dream plugin new` writes, as they lie in templates/plugin, within the program.
set(template_folder ${CMAKE_CURRENT_SOURCE_DIR}/templates/plugin)
file(GLOB_RECURSE template_files CONFIGURE_DEPENDS RELATIVE ${template_folder} ${template_folder}/*)
set(template_arrays "")
set(template_entries "")
set(number 0)
foreach(file ${template_files})
  file(READ ${template_folder}/${file} bytes HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
  string(APPEND template_arrays "inline constexpr char template_${number}[] = {${bytes}};\n")
  string(APPEND template_entries "    {\"${file}\", {template_${number}, sizeof(template_${number})}},\n")
  math(EXPR number "${number} + 1")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${template_folder}/${file})
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/generated/plugin_template.inc @ONLY CONTENT
"// Made of the files in host/cli/templates/plugin.
@template_arrays@
inline constexpr TemplateFile template_files[] = {
@template_entries@};
")
target_include_directories(dream_cli PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/generated)
