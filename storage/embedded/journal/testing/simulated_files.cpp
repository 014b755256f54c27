#include "storage/embedded/journal/testing/simulated_files.hpp"

#include <algorithm>
#include <cstring>

namespace wk::testing {
namespace {
constexpr std::uint64_t kSectorBytes = 512;
}  // namespace

class SimulatedFiles::OpenFile final : public File {
 public:
  OpenFile(SimulatedFiles& owner, std::shared_ptr<Node> node) : owner_(owner), node_(std::move(node)) {}

  Result<std::size_t> read_at(std::span<char> into, std::uint64_t offset) const override {
    const std::lock_guard lock(owner_.mutex_);
    const std::string& bytes = node_->visible;
    if (offset >= bytes.size()) return std::size_t{0};
    const std::size_t count = std::min(into.size(), bytes.size() - offset);
    std::memcpy(into.data(), bytes.data() + offset, count);
    return count;
  }

  Result<void> write_at(std::string_view bytes, std::uint64_t offset) override {
    owner_.step("write");
    const std::lock_guard lock(owner_.mutex_);
    if (owner_.fail_write_in_ > 0 && --owner_.fail_write_in_ == 0) {
      change({.is_write = true, .offset = offset, .bytes = std::string(bytes.substr(0, owner_.fail_write_keep_))});
      return fail(owner_.fail_write_code_, "simulated");
    }
    const std::uint64_t growth = std::max<std::uint64_t>(node_->visible.size(), offset + bytes.size()) - node_->visible.size();
    if (owner_.used_locked() + growth > owner_.room_) return fail(ErrorCode::kStorageFull, "simulated");
    change({.is_write = true, .offset = offset, .bytes = std::string(bytes)});
    return {};
  }

  Result<void> allocate(std::uint64_t size) override {
    owner_.step("allocate");
    const std::lock_guard lock(owner_.mutex_);
    if (size <= node_->visible.size()) return {};
    if (owner_.used_locked() + size - node_->visible.size() > owner_.room_) return fail(ErrorCode::kStorageFull, "simulated");
    change({.bytes = {}, .size = size});
    return {};
  }

  Result<void> truncate(std::uint64_t size) override {
    owner_.step("truncate");
    const std::lock_guard lock(owner_.mutex_);
    change({.bytes = {}, .size = size});
    return {};
  }

  Result<void> sync() override {
    owner_.step("sync");
    std::function<void()> hook;
    {
      const std::lock_guard lock(owner_.mutex_);
      hook = owner_.on_sync_;
    }
    if (hook) hook();
    const std::lock_guard lock(owner_.mutex_);
    if (owner_.fail_sync_in_ > 0 && --owner_.fail_sync_in_ == 0) return fail(ErrorCode::kIo, "simulated");
    if (owner_.ignore_syncs_) return {};
    for (const Change& change : node_->unsynced) apply(node_->durable, change);
    node_->unsynced.clear();
    return {};
  }

  Result<std::uint64_t> size() const override {
    const std::lock_guard lock(owner_.mutex_);
    return node_->visible.size();
  }

 private:
  void change(Change what) {
    apply(node_->visible, what);
    node_->unsynced.push_back(std::move(what));
  }

  SimulatedFiles& owner_;
  const std::shared_ptr<Node> node_;
};

class SimulatedFiles::Held final : public DirectoryLock {
 public:
  Held(SimulatedFiles& owner, std::filesystem::path path) : owner_(owner), path_(std::move(path)) {}
  ~Held() override {
    const std::lock_guard lock(owner_.mutex_);
    owner_.locked_.erase(path_);
  }

 private:
  SimulatedFiles& owner_;
  const std::filesystem::path path_;
};

SimulatedFiles::SimulatedFiles() : names_history_{{}} {}
SimulatedFiles::~SimulatedFiles() = default;

void SimulatedFiles::set_room(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  room_ = bytes;
}

std::uint64_t SimulatedFiles::used() const {
  const std::lock_guard lock(mutex_);
  return used_locked();
}

void SimulatedFiles::fail_write(int nth, std::size_t keep, ErrorCode code) {
  const std::lock_guard lock(mutex_);
  fail_write_in_ = nth;
  fail_write_keep_ = keep;
  fail_write_code_ = code;
}

void SimulatedFiles::fail_sync(int nth) {
  const std::lock_guard lock(mutex_);
  fail_sync_in_ = nth;
}

void SimulatedFiles::ignore_syncs(bool ignores) {
  const std::lock_guard lock(mutex_);
  ignore_syncs_ = ignores;
}

void SimulatedFiles::fail_remove(bool fails) {
  const std::lock_guard lock(mutex_);
  fail_remove_ = fails;
}

void SimulatedFiles::on_sync(std::function<void()> hook) {
  const std::lock_guard lock(mutex_);
  on_sync_ = std::move(hook);
}

void SimulatedFiles::on_step(std::function<void(const char*)> hook) {
  const std::lock_guard lock(mutex_);
  on_step_ = std::move(hook);
}

void SimulatedFiles::step(const char* what) {
  std::function<void(const char*)> hook;
  {
    const std::lock_guard lock(mutex_);
    hook = on_step_;
  }
  if (hook) hook(what);
}

std::unique_ptr<SimulatedFiles> SimulatedFiles::after_kill() const {
  const std::lock_guard lock(mutex_);
  auto after = std::make_unique<SimulatedFiles>();
  after->room_ = room_;
  std::map<const Node*, std::shared_ptr<Node>> copies;
  const auto copy = [&](const Names& names) {
    Names out;
    for (const auto& [path, node] : names) {
      std::shared_ptr<Node>& made = copies[node.get()];
      if (!made) made = std::make_shared<Node>(*node);
      out[path] = made;
    }
    return out;
  };
  after->names_ = copy(names_);
  after->names_history_.clear();
  for (const Names& names : names_history_) after->names_history_.push_back(copy(names));
  return after;
}

std::unique_ptr<SimulatedFiles> SimulatedFiles::after_power_cut(std::mt19937_64& random) const {
  const std::lock_guard lock(mutex_);
  auto after = std::make_unique<SimulatedFiles>();
  const Names& names = names_history_[random() % names_history_.size()];
  for (const auto& [path, node] : names) {
    std::string found = node->durable;
    for (const Change& change : node->unsynced) {
      if (!change.is_write) {
        if (random() % 2 == 0) apply(found, change);
        continue;
      }
      // One of: nothing, everything, or every sector by itself; and the last that arrives may be cut.
      const std::uint64_t mode = random() % 4;
      if (mode == 0) continue;
      for (std::uint64_t at = 0; at < change.bytes.size();) {
        const std::uint64_t sector_end = (change.offset + at) / kSectorBytes * kSectorBytes + kSectorBytes - change.offset;
        std::uint64_t count = std::min<std::uint64_t>(sector_end, change.bytes.size()) - at;
        const bool arrives = mode == 1 || random() % 2 == 0;
        const std::uint64_t kept = mode == 3 && random() % 8 == 0 ? random() % (count + 1) : count;
        if (arrives) apply(found, {.is_write = true, .offset = change.offset + at, .bytes = change.bytes.substr(at, kept)});
        at += count;
      }
    }
    auto copy = std::make_shared<Node>();
    copy->visible = copy->durable = std::move(found);
    after->names_[path] = std::move(copy);
  }
  after->names_history_ = {after->names_};
  return after;
}

std::string SimulatedFiles::contents(const std::filesystem::path& path) const {
  const std::lock_guard lock(mutex_);
  const auto it = names_.find(path);
  return it == names_.end() ? std::string() : it->second->visible;
}

void SimulatedFiles::set_contents(const std::filesystem::path& path, std::string bytes) {
  const std::lock_guard lock(mutex_);
  auto node = std::make_shared<Node>();
  node->visible = node->durable = std::move(bytes);
  names_[path] = std::move(node);
  names_history_ = {names_};
}

Result<void> SimulatedFiles::make_directory(const std::filesystem::path&) { return {}; }

Result<std::vector<std::string>> SimulatedFiles::list(const std::filesystem::path& directory) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> found;
  for (const auto& [path, node] : names_) {
    if (path.parent_path() == directory) found.push_back(path.filename().string());
  }
  return found;
}

Result<std::unique_ptr<File>> SimulatedFiles::open(const std::filesystem::path& path, Open how) {
  if (how == Open::kCreate) step("create");
  const std::lock_guard lock(mutex_);
  if (how == Open::kCreate) {
    names_[path] = std::make_shared<Node>();
    names_history_.push_back(names_);
  }
  const auto it = names_.find(path);
  if (it == names_.end()) return fail(ErrorCode::kNotFound, path.string());
  return std::make_unique<OpenFile>(*this, it->second);
}

Result<void> SimulatedFiles::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  step("rename");
  const std::lock_guard lock(mutex_);
  names_[to] = names_[from];
  names_.erase(from);
  names_history_.push_back(names_);
  return {};
}

Result<void> SimulatedFiles::remove(const std::filesystem::path& path) {
  step("remove");
  const std::lock_guard lock(mutex_);
  if (fail_remove_) return fail(ErrorCode::kIo, "simulated");
  names_.erase(path);
  names_history_.push_back(names_);
  return {};
}

Result<void> SimulatedFiles::sync_directory(const std::filesystem::path&) {
  step("sync directory");
  const std::lock_guard lock(mutex_);
  names_history_ = {names_};
  return {};
}

Result<std::unique_ptr<DirectoryLock>> SimulatedFiles::lock(const std::filesystem::path& directory) {
  const std::lock_guard lock(mutex_);
  if (!locked_.insert(directory).second) return fail(ErrorCode::kConflict, "locked");
  return std::make_unique<Held>(*this, directory);
}

void SimulatedFiles::apply(std::string& to, const Change& change) {
  if (!change.is_write) {
    to.resize(change.size, '\0');
    return;
  }
  if (to.size() < change.offset + change.bytes.size()) to.resize(change.offset + change.bytes.size(), '\0');
  std::copy(change.bytes.begin(), change.bytes.end(), to.begin() + static_cast<std::ptrdiff_t>(change.offset));
}

std::uint64_t SimulatedFiles::used_locked() const {
  std::uint64_t bytes = 0;
  for (const auto& [path, node] : names_) bytes += node->visible.size();
  return bytes;
}

}  // namespace wk::testing
