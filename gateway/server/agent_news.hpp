// What all agents of a loop are told (rows of their lists, who is there), shared out in slices: with thousands of agents a row to each
// would hold the loop for as long as a turn must not take.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/ids.hpp"
#include "base/shared_bytes.hpp"
#include "gateway/server/limits.hpp"

namespace wk {

// Whole WebSocket messages: binary ones, and JSON where some agent wants it.
using NewsBytes = std::array<std::string, 2>;

struct News {
  NewsBytes everybody;
  // What only the agent of that id gets, on each of its connections, before what everybody gets.
  boost::unordered_flat_map<AgentId, NewsBytes, std::hash<AgentId>> own;
  std::size_t bytes = 0;

  void add(std::string_view binary, std::string_view json) { add_to(everybody, binary, json); }
  void add_for(AgentId agent, std::string_view binary, std::string_view json) { add_to(own[agent], binary, json); }

 private:
  void add_to(NewsBytes& to, std::string_view binary, std::string_view json) {
    to[0].append(binary);
    to[1].append(json);
    bytes += binary.size() + json.size();
  }
};

// One place in the list of agents goes from its begin to its end, a slice at a time. What comes meanwhile is gathered and is the next
// round's: one write an agent for all of it. Where more is gathered than the limit, the round under way ends at once: so the memory
// is bounded and nothing is left out.
//
// Owner: the gateway of a loop. Loop-bound. `deliver(peer, own, everybody)` adds and removes nobody; own is null where there is nothing, both
// are indexed like NewsBytes.
template <typename Peer>
class AgentNews {
 public:
  explicit AgentNews(std::size_t gathered_bytes_max = gateway_limits::kNewsGatheredBytesMax) : gathered_bytes_max_(gathered_bytes_max) {}

  void add(Peer& peer) { peers_.push_back(&peer); }
  void remove(Peer& peer) {
    const auto found = std::find(peers_.begin(), peers_.end(), &peer);
    if (found == peers_.end()) return;
    if (static_cast<std::size_t>(found - peers_.begin()) < next_) --next_;
    peers_.erase(found);
    if (peers_.empty()) {
      end_round();
      gathered_.clear();
      gathered_bytes_ = 0;
    } else if (round_ && next_ == peers_.size()) {
      end_round();
    }
  }
  bool empty() const { return peers_.empty(); }
  // Until the next add or remove.
  std::span<Peer* const> all() const { return peers_; }

  template <typename Deliver>
  void tell(News news, const Deliver& deliver) {
    if (peers_.empty() || news.bytes == 0) return;
    if (!gathered_.empty() && gathered_bytes_ + news.bytes > gathered_bytes_max_) {
      if (round_) serve_round(peers_.size(), deliver);
      begin_round();
    }
    gathered_bytes_ += news.bytes;
    // An agent's own rows come behind what everybody was told before: the newer row of a conversation has to be the later one.
    if (gathered_.empty() || !news.own.empty()) {
      gathered_.push_back(std::move(news));
    } else {
      gathered_.back().add(news.everybody[0], news.everybody[1]);
    }
  }
  bool owes() const { return round_ || !gathered_.empty(); }
  // So many peers at most; answers how many there were.
  template <typename Deliver>
  std::size_t serve(std::size_t peers_max, const Deliver& deliver) {
    std::size_t left = peers_max;
    while (left > 0 && owes()) {
      if (!round_) begin_round();
      left -= serve_round(left, deliver);
    }
    return peers_max - left;
  }

 private:
  // A telling, or several one behind the other.
  struct Part {
    boost::unordered_flat_map<AgentId, NewsBytes, std::hash<AgentId>> own;
    std::array<SharedBytes, 2> everybody;
  };

  void begin_round() {
    for (News& news : gathered_) {
      now_.push_back({std::move(news.own), {SharedBytes(news.everybody[0]), SharedBytes(news.everybody[1])}});
    }
    gathered_.clear();
    gathered_bytes_ = 0;
    next_ = 0;
    round_ = true;
  }
  void end_round() {
    now_.clear();
    next_ = 0;
    round_ = false;
  }
  template <typename Deliver>
  std::size_t serve_round(std::size_t peers_max, const Deliver& deliver) {
    const std::size_t count = std::min(peers_max, peers_.size() - next_);
    for (Peer* peer : all().subspan(next_, count)) {
      for (const Part& part : now_) {
        const auto own = part.own.empty() ? part.own.end() : part.own.find(peer->agent().agent);
        deliver(*peer, own == part.own.end() ? nullptr : &own->second, part.everybody);
      }
    }
    next_ += count;
    if (next_ == peers_.size()) end_round();
    return count;
  }

  const std::size_t gathered_bytes_max_;
  std::vector<Peer*> peers_;
  std::vector<News> gathered_;
  std::size_t gathered_bytes_ = 0;
  // The round under way, and whose turn it is.
  std::vector<Part> now_;
  std::size_t next_ = 0;
  bool round_ = false;
};

}  // namespace wk
