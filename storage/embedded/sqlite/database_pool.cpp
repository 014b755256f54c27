#include "storage/embedded/sqlite/database_pool.hpp"

namespace wk::sqlite {

Result<DatabasePool::Lease> DatabasePool::borrow() {
  {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return !idle_.empty() || connections_ < connections_max_; });
    if (!idle_.empty()) {
      std::unique_ptr<Database> database = std::move(idle_.back());
      idle_.pop_back();
      return Lease(*this, std::move(database));
    }
    ++connections_;
  }
  Result<Database> opened = open_();
  if (!opened) {
    {
      const std::lock_guard lock(mutex_);
      --connections_;
    }
    returned_.notify_one();
    return fail(std::move(opened).error());
  }
  return Lease(*this, std::make_unique<Database>(std::move(*opened)));
}

void DatabasePool::give_back(std::unique_ptr<Database> database) {
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(database));
  }
  returned_.notify_one();
}

}  // namespace wk::sqlite
