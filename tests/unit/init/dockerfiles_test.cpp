#include <gmock/gmock.h>

#include "init_fixture.hpp"

namespace dream::init {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(Init, the_context_of_a_dockerfile_has_what_it_copies) {
  write("public/x", "");
  write("docker/conf/a.conf", "");
  write("docker/nginx/Dockerfile",
        "FROM nginx\n# COPY none /\nCOPY --chown=x docker/conf \\\n  # both\n  ./public/ /etc/\nADD "
        "https://x/y *.txt $Z /\nCOPY --from=other /gone /\nCOPY <<X /x\nCOPY gone /\nX\n");
  write("docker/web/Dockerfile", "FROM nginx\nCOPY [\"conf/a.conf\", \"/\"]\n");
  write("docker/own/Dockerfile", "FROM nginx\nCOPY . /\n");
  write("docker/none/Dockerfile", "FROM nginx\nCOPY conf/a.conf public/x /\n");
  const std::string made = text();
  for (const char* part :
       {R"("./docker/nginx": {
      "executor": "docker",
      "options": { "build": { "context": "../..", "dockerfile": "docker/nginx/Dockerfile" } },)",
        R"({ "build": { "context": "..", "dockerfile": "web/Dockerfile" } })",
        R"("./docker/own": { "executor": "docker", "options": { "build": { "context": "." } },)"})
    EXPECT_THAT(made, HasSubstr(part));
  EXPECT_THAT(made, AllOf(HasSubstr("// No task for docker/none/Dockerfile: no folder above has all that is "
                                    "copied.\n"),
                          Not(HasSubstr("\"./docker/none\""))));
  EXPECT_THAT(text("docker/web/Dockerfile"), HasSubstr(R"("dockerfile": "web/Dockerfile")"));
  EXPECT_THAT(text("docker/none/Dockerfile"), HasSubstr(R"({ "context": "." })")) << "it was asked for";
}

TEST_F(Init, what_a_build_makes_decides_no_context) {
  write("api/src/x", "");
  write("api/Dockerfile", "FROM java\nCOPY build/libs/app.jar app.jar\nCMD java\n");
  write("web/Dockerfile", "FROM nginx\nCOPY web/dist /\nCOPY api/src /\n");
  write("own/x", "");
  write("own/Dockerfile", "FROM nginx\nCOPY x dist /\n");
  write("none/Dockerfile", "FROM nginx\n");
  EXPECT_THAT(text(), AllOf(HasSubstr("// The context is the folder of the Dockerfile, as nothing of what is "
                                      "copied is there yet: api/Dockerfile.\n"),
                            HasSubstr(R"({ "context": "..", "dockerfile": "web/Dockerfile" })")));
  const std::string before = line("\"./api\"");
  EXPECT_THAT(before, HasSubstr(R"({ "context": "." })"));
  write("api/build/libs/app.jar", "");
  EXPECT_EQ(line("\"./api\""), before);
  EXPECT_THAT(text(), Not(HasSubstr("is there yet")));
}

TEST_F(Init, the_context_that_a_makefile_gives_to_a_dockerfile_counts) {
  write("Makefile",
        "image:\n\t@docker build -q -t docker -f ./docker/a/Dockerfile \\\n\t  . $(MORE)\n"
        "other:\n\tdocker buildx build --file=docker/b/Dockerfile --tag x docker\n");
  write("docker/a/Dockerfile", "FROM nginx\nCOPY dist /x\n");
  write("docker/b/Dockerfile", "FROM nginx\n");
  EXPECT_THAT(text(), AllOf(HasSubstr(R"({ "context": "../..", "dockerfile": "docker/a/Dockerfile" })"),
                            HasSubstr(R"({ "context": "..", "dockerfile": "b/Dockerfile" })")));
}

TEST_F(Init, a_shift_in_a_dockerfile_begins_no_text) {
  write("web/Dockerfile", "FROM node\nRUN n=3; echo $(( 1 <<n ))\nRUN <<X\nCMD x\nX\nCMD node x\n");
  write("os/Dockerfile", "FROM node\nRUN <<X\nCMD x\nX\n");
  EXPECT_THAT(names(workspace().projects), ElementsAre("./web"));
}

TEST_F(Init, a_docker_build_of_a_makefile_ends_where_its_command_ends) {
  write("lib/x", "");
  for (const char* name : {"app/Dockerfile", "job/Dockerfile", "web/Dockerfile"})
    write(name, "FROM nginx\nCOPY lib /\n");
  write("Makefile",
        "a:\n\tdocker build -f app/Dockerfile -t app . && docker run --rm app\n"
        "b:\n\tdocker build $(X) -f job/Dockerfile .; echo job | docker build web # job\n");
  EXPECT_THAT(text(), AllOf(HasSubstr(R"({ "context": "..", "dockerfile": "app/Dockerfile" })"),
                            HasSubstr(R"({ "context": "..", "dockerfile": "job/Dockerfile" })")));
  EXPECT_THAT(line("\"./web\""), HasSubstr(R"({ "context": "." })"));
}

TEST_F(Init, an_image_that_others_are_built_from_is_no_task) {
  write("base/Dockerfile", "ARG IMAGE\nFROM ${IMAGE} AS runtime\nRUN x\nFROM runtime AS build\nRUN y\n");
  write("tools/Dockerfile", "FROM docker.io/library/debian:12@sha256:1\nRUN x\n");
  write("app/Dockerfile", "FROM debian AS os\nCMD [\"serve\"]\nFROM --platform=x os\nRUN x\n");
  write("web/Dockerfile", "FROM registry:5000/nginx:1\n");
  EXPECT_THAT(names(workspace().projects), ElementsAre("./app", "./web"));
  EXPECT_THAT(text(), HasSubstr("// No task for base/Dockerfile and tools/Dockerfile: nothing starts in such "
                                "an image by itself.\n"));
}

}  // namespace
}  // namespace dream::init
