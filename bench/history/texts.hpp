// What people write in a shop's chat: Chinese and English, made of pieces and numbers, so that an index of it grows as one of real
// texts does (a stock of words that come again and again, and numbers that come once).
#pragma once

#include <random>
#include <string>

namespace wk::bench {

// 10 to 60 characters or words. The same engine state gives the same text.
std::string visitor_text(std::mt19937_64& random);
std::string agent_text(std::mt19937_64& random);
std::string visitor_name(std::mt19937_64& random);

}  // namespace wk::bench
