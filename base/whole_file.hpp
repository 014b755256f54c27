// Files that are there as a whole or not at all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wk {

// Written beside as NAME.new, synced and renamed: a reader finds the old file or the new one, also after a power cut. Readable for the owner
// alone. kStorageFull or kIo: the old file stands. One writer of a name at a time. Blocks.
Result<void> write_whole_file(const std::filesystem::path& file, std::initializer_list<std::string_view> parts);

// kNotFound; kTooLarge over `bytes_max`; kIo. Blocks.
Result<std::string> read_whole_file(const std::filesystem::path& file, std::size_t bytes_max);

}  // namespace wk
