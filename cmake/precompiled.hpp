// What most of our files read: for tests, and with WK_PCH for libraries. No header of ours: those change, and modules do not see each other's.
#pragma once

#include <fmt/format.h>
#include <weikeyi/v1/event.pb.h>
#include <weikeyi/v1/frame.pb.h>
#include <weikeyi/v1/resource.pb.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <tl/expected.hpp>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>
