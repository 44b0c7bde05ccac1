package io.inverseform.job.allreduce;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what does not protect an application's connections, once for all of its attempts. */
final class Protection {
  private static final Logger LOG = LoggerFactory.getLogger(Protection.class);

  /** Applications of this driver that have been told. */
  private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

  private Protection() {}

  static void tell(SparkConf conf, SecurityManager security) {
    boolean encrypted =
        conf.getBoolean("spark.network.crypto.enabled", false)
            || conf.getBoolean("spark.authenticate.enableSaslEncryption", false);
    if (security.isAuthenticationEnabled() && encrypted || !TOLD.add(conf.getAppId())) {
      return;
    }
    LOG.warn(
        security.isAuthenticationEnabled()
            ? "spark.network.crypto.enabled is off: gradients and weights can be read on the network"
            : "spark.authenticate is off: whoever reaches the ports of driver and executors"
                + " can disturb this run");
  }
}
