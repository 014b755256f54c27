// Bounds of reading documents, and what happens at each.
#pragma once

#include <chrono>
#include <cstddef>

namespace wk::ai::document_limits {

// Of a file as it comes; a larger one is refused (document_too_large).
inline constexpr std::size_t kInputBytesMax = 32 * 1024 * 1024;
// HTML and text are read as a whole.
inline constexpr std::size_t kTextInputBytesMax = 8 * 1024 * 1024;
// Of the text that comes out: what an entry of the knowledge index may hold. More: refused, nothing
// is cut off in silence.
inline constexpr std::size_t kOutputBytesMax = 4 * 1024 * 1024;
// Of a part of a DOCX when unpacked, whatever the archive says of its size (document_too_large).
inline constexpr std::size_t kUnpackedBytesMax = 64 * 1024 * 1024;
// Elements in elements of HTML; deeper is refused: a closing tag costs as much as there are open
// ones.
inline constexpr int kHtmlDepthMax = 512;
// Links of a page and bytes of one; further and longer ones are left out (PageLinks::more).
inline constexpr std::size_t kLinksMax = 2'000;
inline constexpr std::size_t kLinkBytesMax = 4'000;
// From the first byte to the last; beyond: document_takes_too_long.
inline constexpr std::chrono::milliseconds kTimeMax{20'000};
// The child that reads a PDF: processor seconds, address space. Beyond, the kernel ends it.
inline constexpr unsigned kChildCpuSecondsMax = 15;
inline constexpr std::size_t kChildMemoryBytesMax = std::size_t{768} * 1024 * 1024;

}  // namespace wk::ai::document_limits
