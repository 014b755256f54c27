// A file system in memory that remembers what was synced and what was not: tests fill it up, make single calls fail, and
// pull the plug. Thread-safe. For tests only.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>

#include "storage/embedded/journal/file_ops.hpp"

namespace wk::testing {

class SimulatedFiles final : public FileOps {
 public:
  SimulatedFiles();
  ~SimulatedFiles() override;

  // All files together; allocating and writing beyond it is kStorageFull.
  void set_room(std::uint64_t bytes);
  std::uint64_t used() const;
  // The nth write from now (1: the next) stops after `keep` bytes with this error.
  void fail_write(int nth, std::size_t keep, ErrorCode code);
  void fail_sync(int nth);
  // A disk that says it has synced and has not.
  void ignore_syncs(bool ignores);
  void fail_remove(bool fails);
  // Runs at every File::sync, before it takes effect, without any lock held.
  void on_sync(std::function<void()> hook);
  // Runs before everything that changes or syncs something, without any lock held: the moments a crash can fall between.
  void on_step(std::function<void(const char* what)> hook);

  // What a machine finds that lost its power now: everything synced, and of the rest any sectors of any write, cut at any
  // byte, and the names as they were after some of the renames and removals since.
  std::unique_ptr<SimulatedFiles> after_power_cut(std::mt19937_64& random) const;
  // What the next process finds after a kill -9: everything written, and what was not synced still is not.
  std::unique_ptr<SimulatedFiles> after_kill() const;
  // The whole contents of a file, to look at and to damage.
  std::string contents(const std::filesystem::path& path) const;
  void set_contents(const std::filesystem::path& path, std::string bytes);

  Result<void> make_directory(const std::filesystem::path& path) override;
  Result<std::vector<std::string>> list(const std::filesystem::path& directory) override;
  Result<std::unique_ptr<File>> open(const std::filesystem::path& path, Open how) override;
  Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  Result<void> remove(const std::filesystem::path& path) override;
  Result<void> sync_directory(const std::filesystem::path& path) override;
  Result<std::unique_ptr<DirectoryLock>> lock(const std::filesystem::path& directory) override;

 private:
  struct Change {
    bool is_write = false;
    std::uint64_t offset = 0;  // of a write
    std::string bytes;
    std::uint64_t size = 0;  // of a resize
  };
  struct Node {
    std::string visible;
    std::string durable;
    std::vector<Change> unsynced;
  };
  using Names = std::map<std::filesystem::path, std::shared_ptr<Node>>;
  class OpenFile;
  class Held;

  static void apply(std::string& to, const Change& change);
  std::uint64_t used_locked() const;
  // Requires: the lock is not held.
  void step(const char* what);

  mutable std::mutex mutex_;
  Names names_;
  // Every state the names went through since they were last synced, oldest (the synced one) first.
  std::vector<Names> names_history_;
  std::set<std::filesystem::path> locked_;
  std::uint64_t room_ = UINT64_MAX;
  int fail_write_in_ = 0;
  std::size_t fail_write_keep_ = 0;
  ErrorCode fail_write_code_ = ErrorCode::kIo;
  int fail_sync_in_ = 0;
  bool ignore_syncs_ = false;
  bool fail_remove_ = false;
  std::function<void()> on_sync_;
  std::function<void(const char*)> on_step_;
};

}  // namespace wk::testing
