#include "registry_auth.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <cctype>
#include <sstream>
#include <tuple>
#include <utility>
#include <vector>

#include "failures.hpp"

namespace dream::docker {

namespace {

constexpr std::string_view hub = "https://index.docker.io/v1/";

std::string to_header(const Credentials& credentials, const std::string& registry) {
  rapidjson::Document json(rapidjson::kObjectType);
  const auto set = [&](const char* name, const std::string& value) {
    if (!value.empty())
      json.AddMember(rapidjson::StringRef(name), Json(value.c_str(), json.GetAllocator()),
                     json.GetAllocator());
  };
  set("username", credentials.user);
  set("password", credentials.password);
  set("identitytoken", credentials.token);
  set("serveraddress", registry);
  return to_text(json);
}

/// What an entry of `auths` has.
Credentials stored_credentials(const Json& entry) {
  Credentials found{.user = json_text(entry, {"username"}),
                    .password = json_text(entry, {"password"}),
                    .token = json_text(entry, {"identitytoken"})};
  const std::string pair = base64_decode(json_text(entry, {"auth"})).value_or("");
  if (const std::size_t colon = pair.find(':'); colon != std::string::npos) {
    found.user = pair.substr(0, colon);
    found.password = pair.substr(colon + 1);
  }
  return found;
}

/// What a credential helper has said of a registry; empty without a password.
Credentials helper_credentials(std::string_view answer) {
  // The first value counts, as docker reads it.
  constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseStopWhenDoneFlag;
  rapidjson::Document json;
  if (json.Parse<flags>(answer.data(), answer.size()).HasParseError()) return {};
  Credentials found{.user = json_text(json, {"Username"}), .password = json_text(json, {"Secret"})};
  if (found.user == "<token>") found = {.token = found.password};
  return found;
}

/// The registry that a key of `auths` means: it may be an address, as "https://ghcr.io/v2/".
std::string registry_of_key(std::string_view key) {
  if (key == hub) return std::string(key);
  if (const std::size_t scheme = key.find("://"); scheme != std::string_view::npos)
    key.remove_prefix(scheme + 3);
  return std::string(key.substr(0, key.find('/')));
}

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  if (!object.IsObject()) return keys;
  for (const auto& member : object.GetObject())
    keys.emplace_back(member.name.GetString(), member.name.GetStringLength());
  return keys;
}

/// What docker's configuration itself has.
Credentials stored_credentials(const Json& configuration, const std::string& registry) {
  const Json& stored = json_at(configuration, {"auths"});
  if (const Json& exact = json_at(stored, {registry}); !exact.IsNull()) return stored_credentials(exact);
  for (const std::string& key : keys_of(stored)) {
    if (registry_of_key(key) == registry) return stored_credentials(json_at(stored, {key}));
  }
  return {};
}

/// The program to be asked for a registry; empty: none.
std::string helper_of(const Json& configuration, const std::string& registry) {
  std::string name = json_text(configuration, {"credHelpers", registry});
  if (name.empty()) name = json_text(configuration, {"credsStore"});
  return name.empty() ? name : "docker-credential-" + name;
}

/// The images that a line of a Dockerfile names.
std::vector<std::string> images_in(const std::string& line, std::set<std::string>& stages) {
  std::vector<std::string> images;
  std::istringstream words(line);
  std::string word;
  words >> word;
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::toupper(c); });
  if (word == "FROM") {
    while (words >> word && word.starts_with("--")) {
    }
    images.push_back(word);
    if (words >> word >> word) stages.insert(word);  // AS
    return images;
  }
  constexpr std::string_view from = "from=";
  for (std::size_t at = line.find(from); at != std::string::npos; at = line.find(from, at + 1)) {
    const std::size_t begin = at + from.size();
    images.push_back(line.substr(begin, line.find_first_of(", \t", begin) - begin));
  }
  return images;
}

}  // namespace

std::optional<std::set<std::string>> registries_of(const std::string& dockerfile) {
  std::set<std::string> registries;
  std::set<std::string> stages{"scratch"};
  std::istringstream lines(dockerfile);
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    for (const std::string& image : images_in(line, stages)) {
      if (image.empty() || image.find_first_of("$\\`") != std::string::npos) return std::nullopt;
      const bool is_number = image.find_first_not_of("0123456789") == std::string::npos;  // of a stage
      if (!is_number && !stages.contains(image)) registries.insert(registry_of(image));
    }
  }
  return registries;
}

std::string registry_of(std::string_view image) {
  const std::string first(image.substr(0, image.find('/')));
  const bool is_registry =
      first.size() < image.size() && (first.find_first_of(".:") != std::string::npos || first == "localhost");
  return !is_registry || first == "docker.io" ? std::string(hub) : first;
}

void RegistryLogins::close() {
  closed_ = true;
  if (helper_ != nullptr) helper_->close();
}

Async<Credentials> RegistryLogins::find(const Json& configuration, const std::string& registry,
                                        std::chrono::milliseconds limit, std::string& trouble) {
  const std::string program = helper_of(configuration, registry);
  if (program.empty()) co_return stored_credentials(configuration, registry);
  const Answer answer = co_await ask(program, registry, limit);
  Credentials found = helper_credentials(answer.text);
  if (!found.empty()) co_return found;
  std::string why = trouble_of(program, answer);
  if (why.empty()) co_return found;
  if (trouble.empty()) trouble = std::move(why);
  co_return stored_credentials(configuration, registry);
}

Async<Authorization> RegistryLogins::find(std::string image) {
  const auto configuration = parse_json_file(folder_ + "/config.json");
  const std::string registry = registry_of(image);
  Authorization found;
  const Credentials credentials = co_await find(configuration, registry, limit_, found.trouble);
  if (!credentials.empty()) found.header = base64_encode(to_header(credentials, registry));
  co_return found;
}

Async<Authorization> RegistryLogins::find_all(std::string dockerfile) {
  const auto end = std::chrono::steady_clock::now() + limit_;
  const auto configuration = parse_json_file(folder_ + "/config.json");
  const auto needed = registries_of(dockerfile);
  std::set<std::string> known;
  for (const char* list : {"auths", "credHelpers"}) {
    for (const std::string& key : keys_of(json_at(configuration, {list}))) known.insert(registry_of_key(key));
  }
  // Of its own store a helper may know registries that the file doesn't name.
  if (needed && !json_text(configuration, {"credsStore"}).empty())
    known.insert(needed->begin(), needed->end());
  Authorization all;
  for (const std::string& registry : known) {
    if (closed_) break;
    const bool asks = !helper_of(configuration, registry).empty();
    if (asks && needed && !needed->contains(registry)) continue;
    const auto left = std::chrono::floor<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (asks && left.count() <= 0 && !all.trouble.empty()) continue;
    const Credentials found =
        co_await find(configuration, registry, std::max(left, std::chrono::milliseconds(0)), all.trouble);
    if (found.empty()) continue;
    const Json key(rapidjson::StringRef(registry.c_str()));
    all.header += (all.header.empty() ? "" : ",") + to_text(key) + ":" + to_header(found, registry);
  }
  if (!all.header.empty()) all.header = base64_encode("{" + all.header + "}");
  co_return all;
}

Async<RegistryLogins::Answer> RegistryLogins::ask(std::string program, std::string registry,
                                                  std::chrono::milliseconds limit) {
  constexpr std::size_t longest = std::size_t{1024} * 1024;
  const auto helper = std::make_shared<Connection>(executor_, engine_words);
  helper_ = helper;
  Answer answer;
  answer.error = helper->start({program, "get"});
  if (answer.error) co_return answer;
  helper->expires_after(limit);
  const std::string question = registry + "\n";
  std::size_t bytes = 0;
  std::tie(answer.error, bytes) = co_await asio::async_write(*helper, asio::buffer(question), answered);
  // One that doesn't read what it is asked may answer all the same.
  if (answer.error == asio::error::broken_pipe) answer.error = {};
  helper->finish_writing();
  std::array<char, 4096> buffer{};
  while (!answer.error && answer.text.size() < longest) {
    std::tie(answer.error, bytes) = co_await helper->async_read_some(asio::buffer(buffer), answered);
    answer.text.append(buffer.data(), bytes);
  }
  // So ends one that hasn't read the question.
  if (answer.error == asio::error::connection_reset) answer.error = asio::error::eof;
  answer.complaint = helper->complaint();
  // What a helper writes to its standard output may be a password, unless that is how it failed.
  const std::string_view said = answer.text;
  const std::size_t first = said.find_first_not_of(" \t\r\n");
  if (answer.complaint.empty() && first != std::string_view::npos && said[first] != '{' &&
      (co_await helper->exit_code(std::chrono::seconds(1))).value_or(0) != 0)
    answer.complaint = said.substr(0, said.find('\n'));
  helper_.reset();
  co_return answer;
}

std::string RegistryLogins::trouble_of(const std::string& program, const Answer& answer) const {
  // The answer that helpers have agreed on, for a registry that they know nothing of.
  if (answer.text.find("credentials not found") != std::string::npos) return {};
  const std::string named = ", which " + folder_ + "/config.json names,";
  if (answer.error == boost::system::errc::no_such_file_or_directory) {
    return program + named + " is not installed: install it, or remove it there";
  }
  const std::string& words = answer.complaint;
  std::string trouble = program + named;
  if (answer.error == asio::error::timed_out) {
    trouble += " doesn't answer";
  } else if (answer.error && answer.error != asio::error::eof) {
    trouble += " can't be asked: " + answer.error.message();
  } else {
    trouble += " gave no password";
  }
  return trouble + (words.empty() ? "" : ": " + words) + "; docker login shows whether it works";
}

}  // namespace dream::docker
