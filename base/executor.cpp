#include "base/executor.hpp"

#include <pthread.h>

#include "base/assert.hpp"

namespace wk {

ThreadPool::ThreadPool(Options options) : options_(std::move(options)) {
  for (std::size_t i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this] { run(); });
    // The kernel keeps 15 characters of a thread's name.
    pthread_setname_np(threads_.back().native_handle(), options_.name.substr(0, 15).c_str());
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

Enqueued ThreadPool::submit(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || tasks_.size() >= options_.queue_tasks_max) return Enqueued::kRefused;
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
  return Enqueued::kAccepted;
}

std::size_t ThreadPool::queued() const {
  const std::lock_guard lock(mutex_);
  return tasks_.size();
}

void ThreadPool::run_queued(std::size_t which) {
  Task task;
  {
    const std::lock_guard lock(mutex_);
    WK_ASSERT(threads_.empty() && which < tasks_.size());
    task = std::move(tasks_[which]);
    tasks_.erase(tasks_.begin() + static_cast<std::ptrdiff_t>(which));
  }
  task();
}

void ThreadPool::run() {
  for (;;) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

}  // namespace wk
