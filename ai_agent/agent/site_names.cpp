#include "ai_agent/agent/site_names.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace wk::ai {
namespace {

std::string bytes_of(const v1::Site& site) {
  v1::BotSettings lists;
  *lists.mutable_name_lists() = site.bot().name_lists();
  return lists.SerializeAsString();
}

std::shared_ptr<const Gazetteer> made_of(const v1::Site& site) {
  std::vector<Gazetteer::Entry> entries;
  for (const v1::NameList& list : site.bot().name_lists()) {
    for (const v1::KnownName& name : list.names()) entries.push_back({list.name(), name.name(), {name.other_names().begin(), name.other_names().end()}});
  }
  auto names = Gazetteer::make(std::move(entries));
  // Checked when they were stored (core/model/check_name_lists.hpp), so only by somebody else's writing into the file.
  if (!names) log_warning("bot.names_not_used", {{"site", site.id()}, {"reason", names.error().context}});
  return names ? std::make_shared<const Gazetteer>(std::move(*names)) : no_names();
}

}  // namespace

std::shared_ptr<const Gazetteer> no_names() {
  static const auto kNone = std::make_shared<const Gazetteer>();
  return kNone;
}

std::shared_ptr<const Gazetteer> SiteNames::of(SiteId id) const {
  return cache_.with([&](Cache& cache) {
    if (auto sites = directory_.sites(); sites != cache.sites) {
      // Some site was written: those whose lists are as before keep theirs.
      std::map<SiteId, Made> still;
      for (const v1::Site& site : *sites) {
        const auto before = cache.made.find(SiteId(site.id()));
        if (before != cache.made.end() && before->second.lists == bytes_of(site)) still.insert(std::move(*before));
      }
      cache.made = std::move(still);
      cache.sites = std::move(sites);
    }
    if (const auto found = cache.made.find(id); found != cache.made.end()) return found->second.names;
    const auto site = std::find_if(cache.sites->begin(), cache.sites->end(), [&](const v1::Site& one) { return one.id() == id.value(); });
    if (site == cache.sites->end() || site->bot().name_lists().empty()) return no_names();
    return cache.made.emplace(id, Made{bytes_of(*site), made_of(*site)}).first->second.names;
  });
}

}  // namespace wk::ai
