#include "registry_auth.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "connection.hpp"
#include "json.hpp"

namespace dream::docker {

namespace {

constexpr std::string_view hub = "https://index.docker.io/v1/";
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What is known for a registry; any of it may be empty.
struct Credentials {
  std::string user, password, token;
  [[nodiscard]] bool empty() const { return user.empty() && token.empty(); }
};

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
  Credentials found{.token = json_text(entry, {"identitytoken"})};
  const std::string pair = base64_decode(json_text(entry, {"auth"}));
  if (const std::size_t colon = pair.find(':'); colon != std::string::npos) {
    found.user = pair.substr(0, colon);
    found.password = pair.substr(colon + 1);
  }
  return found;
}

Async<Credentials> ask_helper(const asio::any_io_executor& executor, const std::string& helper,
                              const std::string& registry) {
  Connection program(executor);
  Endpoint endpoint{.kind = Endpoint::Kind::program, .address = helper};
  endpoint.command = {"docker-credential-" + helper, "get"};
  const Result<void> opened = co_await program.open(endpoint);
  std::string answer;
  if (opened && !co_await program.write(asio::buffer(registry + "\n"))) {
    program.finish_writing();
    std::array<char, 4096> buffer{};
    Moved moved;
    do {
      moved = co_await program.read_some(asio::buffer(buffer));
      answer.append(buffer.data(), moved.bytes);
    } while (!moved.error);
  }
  const auto json = parse_json(answer);
  Credentials found{.user = json_text(json, {"Username"}), .password = json_text(json, {"Secret"})};
  if (found.user == "<token>") found = {.token = found.password};
  co_return found;
}

}  // namespace

std::string registry_of(std::string_view image) {
  const std::string first(image.substr(0, image.find('/')));
  const bool is_registry =
      first.size() < image.size() && (first.find_first_of(".:") != std::string::npos || first == "localhost");
  return !is_registry || first == "docker.io" ? std::string(hub) : first;
}

Async<std::string> pull_authorization(const asio::any_io_executor& executor, std::string folder,
                                      std::string image) {
  const auto configuration = parse_json_file(folder + "/config.json");
  const std::string registry = registry_of(image);
  std::string helper = json_text(configuration, {"credHelpers", registry});
  if (helper.empty()) helper = json_text(configuration, {"credsStore"});
  Credentials found = stored_credentials(json_at(configuration, {"auths", registry}));
  if (found.empty() && !helper.empty()) found = co_await ask_helper(executor, helper, registry);
  co_return found.empty() ? std::string() : base64_encode(to_header(found, registry));
}

std::string build_authorization(const std::string& folder) {
  const auto configuration = parse_json_file(folder + "/config.json");
  const Json& stored = json_at(configuration, {"auths"});
  if (!stored.IsObject()) return {};
  std::string all;
  for (const auto& member : stored.GetObject()) {
    const Credentials found = stored_credentials(member.value);
    const std::string registry = member.name.GetString();
    if (!found.empty())
      all += (all.empty() ? "" : ",") + to_text(member.name) + ":" + to_header(found, registry);
  }
  return all.empty() ? all : base64_encode("{" + all + "}");
}

std::string base64_encode(std::string_view bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t index = 0; index < 3; ++index) {
      bits = bits << 8U | (index < group.size() ? static_cast<unsigned char>(group[index]) : 0U);
    }
    for (std::size_t index = 0; index < 4; ++index) {
      text += index <= group.size() ? alphabet[bits >> (18U - 6U * index) & 63U] : '=';
    }
  }
  return text;
}

std::string base64_decode(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (char c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) break;
    bits = (bits << 6U | static_cast<std::uint32_t>(value)) & 0xffffffU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xffU);
  }
  return bytes;
}

}  // namespace dream::docker
