#include "history/header.hpp"

#include "base/json_builder.hpp"
#include "base/text.hpp"

namespace dream::history {

std::string to_line(const Header& header) {
  JsonLine json;
  json.begin_object();
  control::add_members(json, header.run);
  json.member("commandLine", header.command_line).begin_array("files");
  for (const SourceFile& file : header.files)
    json.begin_object().member("path", file.path).member("sha256", file.sha256).end_object();
  return json.end_array().end_object().line();
}

Result<Header> header_in(std::string_view line) {
  const rapidjson::Document object = control::parse_line(line);
  auto run = control::run_info_in(object);
  const std::string version = control::text_at(object, "dream");
  if (!run && control::number_at(object, "v") != 0 && !version.empty())
    return Error{
        ErrorCode::unsupported, "is the record of another version of dream, " + in_quotes(version), {}, {}};
  if (!run || run->run.empty() || run->root.empty())
    return Error{ErrorCode::io, "is no record of a run: its first line can't be understood", {}, "remove it"};
  Header header{*std::move(run), control::texts_at(object, "commandLine"), {}};
  const control::Json* files = control::member_of(object, "files");
  if (files == nullptr || !files->IsArray()) return header;
  for (const control::Json& file : files->GetArray())
    header.files.push_back({control::text_at(file, "path"), control::text_at(file, "sha256")});
  return header;
}

}  // namespace dream::history
