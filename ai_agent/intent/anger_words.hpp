// The words of anger.cpp. Ours; add what agents report. Weight: how far one of them alone goes to
// being sure.
#pragma once

#include <array>
#include <string_view>

namespace wk::ai {

struct AngerWord {
  std::string_view text;  // normalised; Latin ones match whole words
  float weight;
};

inline constexpr std::array kAngerWords{
    // A threat, or the end of patience.
    AngerWord{"lawyer", 0.5f}, AngerWord{"sue you", 0.6f}, AngerWord{"legal action", 0.6f},
    AngerWord{"chargeback", 0.4f}, AngerWord{"report you", 0.5f}, AngerWord{"trustpilot", 0.3f},
    AngerWord{"last time i", 0.3f}, AngerWord{"never again", 0.4f}, AngerWord{"never buy", 0.4f},
    AngerWord{"fed up", 0.6f}, AngerWord{"sick of", 0.6f}, AngerWord{"had enough", 0.5f},
    AngerWord{"last warning", 0.5f}, AngerWord{"better business bureau", 0.5f},
    // A judgement.
    AngerWord{"ridiculous", 0.5f}, AngerWord{"unacceptable", 0.6f}, AngerWord{"outrageous", 0.6f},
    AngerWord{"disgusting", 0.6f}, AngerWord{"disgusted", 0.6f}, AngerWord{"disgrace", 0.6f},
    AngerWord{"pathetic", 0.6f}, AngerWord{"terrible", 0.35f}, AngerWord{"horrible", 0.4f},
    AngerWord{"awful", 0.35f}, AngerWord{"worst", 0.45f}, AngerWord{"useless", 0.5f},
    AngerWord{"incompetent", 0.6f}, AngerWord{"scam", 0.5f}, AngerWord{"scammers", 0.6f},
    AngerWord{"thieves", 0.6f}, AngerWord{"ripoff", 0.5f}, AngerWord{"rip off", 0.5f},
    AngerWord{"joke", 0.2f}, AngerWord{"waste of time", 0.5f}, AngerWord{"liars", 0.6f},
    AngerWord{"lying", 0.3f}, AngerWord{"idiots", 0.7f}, AngerWord{"idiot", 0.6f},
    AngerWord{"stupid", 0.5f}, AngerWord{"garbage", 0.4f}, AngerWord{"crap", 0.5f},
    AngerWord{"bullshit", 0.8f}, AngerWord{"shit", 0.6f}, AngerWord{"fuck", 0.7f},
    AngerWord{"fucking", 0.8f}, AngerWord{"wtf", 0.7f}, AngerWord{"damn", 0.4f},
    AngerWord{"asshole", 0.8f}, AngerWord{"what the hell", 0.6f},
    // A feeling.
    AngerWord{"angry", 0.6f}, AngerWord{"furious", 0.8f}, AngerWord{"pissed", 0.7f},
    AngerWord{"frustrated", 0.5f}, AngerWord{"frustrating", 0.4f}, AngerWord{"annoyed", 0.4f},
    AngerWord{"livid", 0.7f}, AngerWord{"upset", 0.4f},
    // Chinese: threats.
    AngerWord{"投诉你", 0.6f}, AngerWord{"要投诉", 0.5f}, AngerWord{"举报你", 0.5f},
    AngerWord{"12315", 0.6f}, AngerWord{"消协", 0.6f}, AngerWord{"曝光你", 0.6f},
    AngerWord{"起诉", 0.6f}, AngerWord{"律师", 0.5f}, AngerWord{"工商局", 0.5f},
    AngerWord{"再也不买", 0.5f}, AngerWord{"再也不来", 0.5f}, AngerWord{"差评", 0.4f},
    // Judgements.
    AngerWord{"垃圾", 0.5f}, AngerWord{"骗子", 0.7f}, AngerWord{"骗人", 0.6f},
    AngerWord{"坑人", 0.6f}, AngerWord{"太差", 0.4f}, AngerWord{"太过分", 0.6f},
    AngerWord{"过分了", 0.5f}, AngerWord{"什么态度", 0.7f}, AngerWord{"什么破", 0.6f},
    AngerWord{"恶心", 0.5f}, AngerWord{"离谱", 0.5f}, AngerWord{"无语", 0.4f},
    AngerWord{"敷衍", 0.5f}, AngerWord{"推卸", 0.5f}, AngerWord{"不要脸", 0.7f},
    AngerWord{"没人管", 0.4f}, AngerWord{"不负责任", 0.5f}, AngerWord{"耍我", 0.6f},
    AngerWord{"忽悠", 0.5f}, AngerWord{"有病", 0.6f}, AngerWord{"脑残", 0.8f},
    AngerWord{"傻逼", 0.9f}, AngerWord{"他妈", 0.8f}, AngerWord{"妈的", 0.8f},
    AngerWord{"滚", 0.4f}, AngerWord{"废物", 0.7f},
    // Feelings.
    AngerWord{"气死", 0.8f}, AngerWord{"生气", 0.6f}, AngerWord{"愤怒", 0.7f},
    AngerWord{"火大", 0.6f}, AngerWord{"受够", 0.7f}, AngerWord{"忍无可忍", 0.8f},
    AngerWord{"烦死", 0.6f}, AngerWord{"失望", 0.4f}, AngerWord{"到底要等", 0.4f},
    AngerWord{"等了多久", 0.3f}, AngerWord{"几遍了", 0.4f}};

// Just before a word they turn it round.
inline constexpr std::array<std::string_view, 10> kAngerNegations{
    "not", "no", "never", "isn't", "wasn't", "don't", "不", "没", "没有", "别"};

}  // namespace wk::ai
