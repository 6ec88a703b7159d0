#include "shared/run_notes.hpp"

#include <gmock/gmock.h>

#include <dream/testing/fake_host.hpp>

#include "support/file_size_limit.hpp"
#include "support/temporary_folder.hpp"

namespace dream::plugins {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

struct Notes : ::testing::Test {
  Notes() { fake.state_folder = folder.path().string(); }

  [[nodiscard]] std::unique_ptr<RunNotes> make() const {
    auto notes = std::make_unique<RunNotes>();
    notes->find_place(host);
    return notes;
  }
  [[nodiscard]] DeadNotes dead() const { return {host, fake.session}; }

  TemporaryFolder folder;
  testing::FakeHost fake;
  sdk::Host host{fake.table()};
};

TEST_F(Notes, go_when_all_has_ended) {
  auto notes = make();
  EXPECT_TRUE(notes->begin("a"));
  EXPECT_TRUE(notes->begin("a"));
  EXPECT_THAT(dead().lines(), Optional(ElementsAre("a")));
  notes->end();
  notes->end();
  notes.reset();
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(Notes, of_what_is_left_stay_until_it_is_removed) {
  auto one = make();
  auto other = make();
  EXPECT_TRUE(one->begin("a"));
  EXPECT_TRUE(other->begin("b"));
  one.reset();
  other.reset();
  EXPECT_THAT(DeadNotes(host, "another").lines(), Optional(IsEmpty()));
  EXPECT_THAT(dead().lines(), Optional(ElementsAre("a", "b")));
  dead().drop();
  EXPECT_THAT(dead().lines(), Optional(IsEmpty()));
}

TEST_F(Notes, that_do_not_fit_on_the_disk_leave_no_half_of_a_line) {
  auto notes = make();
  {
    const FileSizeLimit full(2);
    EXPECT_FALSE(notes->begin("first"));
  }
  EXPECT_TRUE(notes->begin("a"));
  {
    const FileSizeLimit full(4);
    EXPECT_FALSE(notes->begin("second"));
  }
  EXPECT_TRUE(notes->begin("b"));
  EXPECT_THAT(dead().lines(), Optional(ElementsAre("a", "b")));
  notes->end();
  notes->end();
}

TEST_F(Notes, without_a_folder_are_not_known) {
  fake.state_folder = "/no/such";
  auto notes = make();
  EXPECT_TRUE(notes->begin("a"));
  EXPECT_FALSE(dead().lines());
}

}  // namespace
}  // namespace dream::plugins
