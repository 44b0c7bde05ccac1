package io.inverseform.job.config;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How workers exchange gradients and weights.
 *
 * @param wire what gradients, and steps of the weights, travel as; sums, weights and the optimiser
 *     stay float32
 * @param localSteps steps that each worker makes on its own weights before all take the mean of
 *     them; 1 exchanges gradients in every step
 * @param bindAddress what a worker listens on: empty for its host as Spark knows it, an address
 *     such as 0.0.0.0, or a network such as 10.1.0.0/16 of which each host takes its own address
 * @param ports "from-to", both included, of which each worker takes a free one; empty for any
 */
public record ExchangeConfig(Wire wire, int localSteps, String bindAddress, String ports)
    implements Serializable {
  private static final Pattern PORTS = Pattern.compile("([0-9]{1,5})-([0-9]{1,5})");

  private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";

  /** An IPv4 address, or what may be one of IPv6; with the bits of a network or without. */
  private static final Pattern BIND_ADDRESS =
      Pattern.compile(
          ("|(%1$s\\.){3}%1$s(/(3[0-2]|[12]?[0-9]))?"
                  + "|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))?")
              .formatted(BYTE));

  /** Number format of gradients on the network. */
  public enum Wire {
    FLOAT32,
    /** Half the bytes; what rounding leaves out is added to the next step's gradient. */
    BFLOAT16
  }

  public ExchangeConfig {
    Check.given("wire", wire);
    Check.atLeast(1, "local_steps", localSteps);
    Check.that(
        localSteps == 1 || wire == Wire.FLOAT32,
        "local_steps",
        localSteps,
        "1 with wire: bfloat16, which needs weights that are the same on all ranks");
    Check.that(
        bindAddress != null && BIND_ADDRESS.matcher(bindAddress).matches(),
        "bind_address",
        "'" + bindAddress + "'",
        "an address like 0.0.0.0, a network like 10.1.0.0/16, or empty");
    Check.that(isPorts(ports), "ports", "'" + ports + "'", "like 40000-40100, or empty");
  }

  private static boolean isPorts(String ports) {
    if (ports == null) {
      return false;
    }
    Matcher matcher = PORTS.matcher(ports);
    return ports.isEmpty()
        || matcher.matches()
            && Integer.parseInt(matcher.group(1)) >= 1
            && Integer.parseInt(matcher.group(1)) <= Integer.parseInt(matcher.group(2))
            && Integer.parseInt(matcher.group(2)) <= 65535;
  }
}
