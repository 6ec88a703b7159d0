#include "runtime/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <memory>
#include <mutex>
#include <thread>

namespace dream::runtime {
namespace {

/// Something that happens once, and can be waited for.
class Event {
 public:
  void happen() {
    const std::scoped_lock lock(mutex_);
    happened_ = true;
    changed_.notify_all();
  }
  void await() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return happened_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool happened_ = false;
};

TEST(WorkerPool, runs_a_function_on_another_thread_with_all_signals_blocked) {
  WorkerPool pool;
  Event done;
  std::thread::id thread;
  bool blocked = false;
  ASSERT_TRUE(pool.run([&] {
    thread = std::this_thread::get_id();
    sigset_t mask;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    blocked = ::sigismember(&mask, SIGTERM) == 1 && ::sigismember(&mask, SIGCHLD) == 1;
    done.happen();
  }));
  done.await();
  EXPECT_NE(thread, std::this_thread::get_id());
  EXPECT_TRUE(blocked);
}

TEST(WorkerPool, runs_as_many_at_once_as_it_has_threads_and_the_others_after_them) {
  WorkerPool pool;
  Event let_go;
  Event all_began;
  Event all_ended;
  Event last_done;
  std::atomic<std::size_t> begun{0};
  std::atomic<std::size_t> ended{0};
  for (std::size_t count = 0; count < WorkerPool::most_threads; ++count) {
    ASSERT_TRUE(pool.run([&] {
      if (++begun == WorkerPool::most_threads) all_began.happen();
      let_go.await();
      if (++ended == WorkerPool::most_threads) all_ended.happen();
    }));
  }
  ASSERT_TRUE(pool.run([&] {
    ++begun;
    last_done.happen();
  }));
  all_began.await();
  EXPECT_EQ(begun, WorkerPool::most_threads);
  EXPECT_EQ(pool.busy(), WorkerPool::most_threads);
  let_go.happen();
  all_ended.await();  // they have left what stands here
  last_done.await();
}

TEST(WorkerPool, one_thread_is_enough_for_one_function_after_the_other) {
  WorkerPool pool;
  std::thread::id first;
  for (int round = 0; round < 3; ++round) {
    Event done;
    std::thread::id thread;
    ASSERT_TRUE(pool.run([&] {
      thread = std::this_thread::get_id();
      done.happen();
    }));
    done.await();
    while (pool.busy() > 0) std::this_thread::yield();
    if (round == 0) first = thread;
    EXPECT_EQ(thread, first);
  }
}

TEST(WorkerPool, drops_at_its_end_what_waits_and_leaves_what_runs) {
  // They outlive the pool, like the thread that is in them.
  const auto let_go = std::make_shared<Event>();
  const auto done = std::make_shared<Event>();
  const auto dropped = std::make_shared<int>(0);
  {
    WorkerPool pool;
    for (std::size_t count = 0; count < WorkerPool::most_threads; ++count) {
      ASSERT_TRUE(pool.run([let_go, done] {
        let_go->await();
        done->happen();
      }));
    }
    ASSERT_TRUE(pool.run([dropped] { ++*dropped; }));
    while (pool.busy() < WorkerPool::most_threads) std::this_thread::yield();
  }
  EXPECT_EQ(dropped.use_count(), 1);
  EXPECT_EQ(*dropped, 0);
  let_go->happen();
  done->await();
}

}  // namespace
}  // namespace dream::runtime
