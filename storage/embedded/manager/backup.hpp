// backup, restore and check of a data directory: from another process, while the server runs or not.
//
// A backup is a directory of the same shape, and a list of its files with sizes and checksums (backup.list), written last.
// It has everything that was acked before the call. Databases are copied one by one, each as of one moment; that they fit
// together follows from the order: the journal is held open first and copied after the databases that have a cursor in it,
// so it begins before and ends behind every cursor; warm before the archive, so that what moves meanwhile is in both.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/result.hpp"

namespace wk {

// One JSON object a line, for the terminal and for scripts.
using ReportLine = std::function<void(const std::string& json)>;

// kConflict: target is not empty. kBusy: the journal moved on too fast, three times; try again.
Result<void> backup(const std::filesystem::path& data, const std::filesystem::path& target, const ReportLine& report);
// Verifies the backup, then copies it. kConflict: data is not empty, kCorrupt: the backup is damaged or unfinished.
Result<void> restore(const std::filesystem::path& data, const std::filesystem::path& from, const ReportLine& report);
// Verifies the journal's checksums, each database, and every conversation over all tiers: seqs 1 … n without gap, no seq with two
// contents, rows equal to the folds of the events. Reports everything it finds; kCorrupt at the end if that was anything.
Result<void> check(const std::filesystem::path& data, const ReportLine& report);

}  // namespace wk
