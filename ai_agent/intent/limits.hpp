// Bounds of the intent model, and what happens at them.
#pragma once

#include <cstddef>

namespace wk::ai::intent_limits {

// Of one message; what is beyond is not looked at. Nobody puts what they want behind four pages.
inline constexpr std::size_t kMessageBytesMax = 4 * 1024;
// Of a message; further ones are left out.
inline constexpr std::size_t kFeaturesPerMessageMax = 8 * 1024;
// A word longer than this is known as a whole only (keys, encoded data).
inline constexpr std::size_t kWordCodePointsMax = 40;
// train() refuses more.
inline constexpr std::size_t kExamplesMax = 200'000;
inline constexpr std::size_t kIntentsMax = 1'000;
// Examples x intents: 4 bytes each while training. train() refuses more.
inline constexpr std::size_t kTrainingCellsMax = 50'000'000;
inline constexpr std::size_t kLabelBytesMax = 200;
// Weights of features, one byte a feature and intent; the rarest features go first.
inline constexpr std::size_t kWeightBytesMax = 10 * 1024 * 1024;
// Vectors kept of examples, the newest of each intent; further examples shape the weights only.
inline constexpr std::size_t kExampleVectorBytesMax = 8 * 1024 * 1024;
// load() refuses a larger file.
inline constexpr std::size_t kModelFileBytesMax = 64 * 1024 * 1024;
// Ranked intents in an answer.
inline constexpr std::size_t kRankedMax = 5;

}  // namespace wk::ai::intent_limits
