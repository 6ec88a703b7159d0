#include "yaml.hpp"

#include <dlfcn.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <utility>

#include "http/answer_of.hpp"

namespace dream::kubernetes {

namespace {

/// The loop waits for it.
constexpr std::chrono::seconds limit{2};

/// [loop] Each step of a run reads the same files, also those that can't be read.
const std::string& remembered_answer(const std::string& program, const std::string& path,
                                     const std::string& text) {
  static std::map<std::string, std::pair<std::string, std::string>> answers;
  const auto [known, is_new] = answers.try_emplace(path);
  auto& [of, answer] = known->second;
  if (is_new || of != text) {
    of = text;
    answer = http::answer_of({program}, text, limit).text;
  }
  return answer;
}

}  // namespace

std::string yaml_program() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&yaml_program), &info) == 0) return {};
  return (std::filesystem::path(info.dli_fname).parent_path().parent_path() / "yaml_to_json").string();
}

Result<rapidjson::Document> read_yaml(const std::string& path, const std::string& text,
                                      const std::string& program) {
  rapidjson::Document json = parse_json(text);
  if (json.IsObject()) return json;
  const rapidjson::Document answer = parse_json(remembered_answer(program, path, text));
  if (answer.IsObject() && answer.HasMember("yaml")) {
    json.CopyFrom(json_at(answer, {"yaml"}), json.GetAllocator());
    return json;
  }
  const std::string error = json_text(answer, {"error"});
  if (error.empty())
    return Failure{DREAM_E_FAILED, program + ", which reads YAML, can't be run", "install dream anew", path};
  const std::int64_t line = json_number(answer, {"line"});
  return Failure{DREAM_E_FAILED, "the kubeconfig is no YAML: " + error, "",
                 path + (line > 0 ? ":" + std::to_string(line) : "")};
}

}  // namespace dream::kubernetes
