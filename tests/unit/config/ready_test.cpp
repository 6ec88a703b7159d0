#include "unit/config/config_testing.hpp"

namespace dream::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

Probes probes_of(const std::string& ready) {
  return workspace_of(R"({"tasks": {"t": {"ready": )" + ready + "}}}").tasks.at("t").ready.value_or(Probes{});
}

HttpProbe http_of(const std::string& value) {
  return std::get<HttpProbe>(probes_of(R"({"http": )" + value + "}").at(0));
}

TEST(Ready, takes_a_url_with_what_is_usual_where_it_says_nothing) {
  const HttpProbe probe = http_of(R"("http://localhost")");
  EXPECT_EQ(probe.url, "http://localhost");
  EXPECT_EQ(probe.host, "localhost");
  EXPECT_EQ(probe.port, 80);
  EXPECT_EQ(probe.target, "/");
  EXPECT_EQ(probe.statuses, (std::vector<HttpProbe::Statuses>{{200, 399}}));
  EXPECT_THAT(probe.headers, testing::IsEmpty());
}

TEST(Ready, takes_a_url_apart) {
  struct Case {
    const char* url;
    const char* host;
    int port;
    const char* target;
  };
  for (const auto& [url, host, port, target] :
       {Case{":1", "localhost", 1, "/"}, Case{":65535/a/b?c=d", "localhost", 65535, "/a/b?c=d"},
        Case{":80?x", "localhost", 80, "/?x"}, Case{"http://db-1.example:81/", "db-1.example", 81, "/"},
        Case{"http://[::1]", "::1", 80, "/"}, Case{"http://[::1]:82?a:b", "::1", 82, "/?a:b"},
        Case{"http://a/x:1/[y]", "a", 80, "/x:1/[y]"}, Case{":80/q?x={a}", "localhost", 80, "/q?x={a}"},
        Case{":80/{id}/x", "localhost", 80, "/{id}/x"}}) {
    const HttpProbe probe = http_of("\"" + std::string(url) + "\"");
    EXPECT_EQ(probe.host, host) << url;
    EXPECT_EQ(probe.port, port) << url;
    EXPECT_EQ(probe.target, target) << url;
  }
}

TEST(Ready, takes_a_port_that_a_variable_has) {
  EXPECT_EQ(probes_of(R"({"port": "3000"})").at(0), Probe(PortProbe{{3000}}));
  EXPECT_EQ(probes_of(R"({"port": ["3000", 3001, "PORT"]})").at(0), Probe(PortProbe{{3000, 3001}, {"PORT"}}));
}

TEST(Ready, takes_statuses_and_headers_wherever_they_stand) {
  const HttpProbe probe =
      http_of(R"({"status": [204, "300-308"], "headers": {"X-A": "b c", "Y": ""}, "url": ":1/x"})");
  EXPECT_EQ(probe.statuses, (std::vector<HttpProbe::Statuses>{{204, 204}, {300, 308}}));
  EXPECT_THAT(probe.headers, ElementsAre(Pair("X-A", "b c"), Pair("Y", "")));
  EXPECT_EQ(probe.target, "/x");
  EXPECT_EQ(http_of(R"({"url": ":1", "status": 404})").statuses,
            (std::vector<HttpProbe::Statuses>{{404, 404}}));
}

TEST(Ready, takes_headers_that_beast_can_send) {
  const auto with = [](const std::string& name, const std::string& value) {
    return R"({"tasks": {"t": {"ready": {"http": {"url": ":1", "headers": {")" + name + R"(": ")" + value +
           R"("}}}}}})";
  };
  EXPECT_THAT(problems_of(with(std::string(8192, 'a'), std::string(8192, 'b'))), testing::IsEmpty());
  EXPECT_THAT(problems_of(with(std::string(8193, 'a'), "b")), ElementsAre(HasSubstr("the name of a header")));
  EXPECT_THAT(problems_of(with("a", std::string(8193, 'b'))),
              ElementsAre(HasSubstr("can't have this value")));
}

TEST(Ready, and_health_tell_where_what_belongs_to_a_url_is_written) {
  for (const std::string key : {R"("status": 200)", R"("headers": {})"}) {
    const std::string probe = R"({"http": ":80", )" + key + "}";
    for (const std::string name : {"ready", "health"})
      EXPECT_THAT(problems_of(R"({"tasks": {"t": {")" + name + "\": " + probe + "}}}"),
                  ElementsAre(HasSubstr(R"(write it within "http": { "url": …, "status": …)")));
  }
}

TEST(Ready, and_health_take_what_the_executor_knows_as_true) {
  EXPECT_EQ(probes_of(R"({"healthcheck": true})"), (Probes{HealthcheckProbe{}}));
  const Workspace workspace =
      workspace_of(R"({"tasks": {"t": {"health": {"healthcheck": true, "every": "1s"}}}})");
  EXPECT_EQ(workspace.tasks.at("t").health,
            (Health{.probe = HealthcheckProbe{}, .every = std::chrono::seconds(1)}));
  EXPECT_THAT(problems_of(R"({"tasks": {"t": {"health": {"healthcheck": false}}}})"),
              ElementsAre(HasSubstr("expected true, found false")));
}

TEST(Ready, takes_notify_as_true) {
  EXPECT_EQ(probes_of(R"([{"notify": true}, {"port": 1}])"), (Probes{NotifyProbe{}, PortProbe{{1}}}));
}

}  // namespace
}  // namespace dream::config
