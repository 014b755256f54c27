// Several connections to one file, lent one at a time, so that readers on a thread pool do not wait for each other (in WAL mode
// they do not wait for the writer either). Thread-safe. At connections_max a borrower waits for one to come back.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "storage/embedded/sqlite/database.hpp"

namespace wk::sqlite {

class DatabasePool {
 public:
  using Opener = std::function<Result<Database>()>;

  // `open` makes a connection when all are lent and there may be more.
  DatabasePool(Opener open, std::size_t connections_max) : open_(std::move(open)), connections_max_(connections_max) {}
  // Requires: everything lent has come back.
  ~DatabasePool() = default;
  DatabasePool(const DatabasePool&) = delete;
  DatabasePool& operator=(const DatabasePool&) = delete;

  class Lease {
   public:
    Lease(DatabasePool& pool, std::unique_ptr<Database> database) : pool_(&pool), database_(std::move(database)) {}
    ~Lease() {
      if (database_) pool_->give_back(std::move(database_));
    }
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    Database* operator->() const { return database_.get(); }
    Database& operator*() const { return *database_; }

   private:
    DatabasePool* pool_;
    std::unique_ptr<Database> database_;
  };

  Result<Lease> borrow();

 private:
  void give_back(std::unique_ptr<Database> database);

  const Opener open_;
  const std::size_t connections_max_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Database>> idle_;  // mutex_
  std::size_t connections_ = 0;                  // mutex_; idle and lent
};

}  // namespace wk::sqlite
