<?php
/**
 * Plugin Name: rihla
 * Description: Records the journey of your shoppers, and loses none of it. Put rihla.js and rihla.woocommerce.js beside this file.
 * Version: 0.1.0
 * Requires at least: 6.3
 * Requires PHP: 7.4
 * Requires Plugins: woocommerce
 * License: MIT
 * Text Domain: rihla
 */

defined( 'ABSPATH' ) || exit;

const RIHLA_DEFAULTS = array(
	'endpoint' => '',
	'site'     => 'my-shop',
	'consent'  => 'pending',
	'identify' => 0,
);

/** What is set, with defaults. */
function rihla_settings() {
	return array_merge( RIHLA_DEFAULTS, (array) get_option( 'rihla', array() ) );
}

/** What a form has sent, as it is kept. */
function rihla_sanitize( $given ) {
	$given = (array) $given;
	$site  = preg_replace( '/[^A-Za-z0-9._-]/', '', (string) ( $given['site'] ?? '' ) );
	return array(
		'endpoint' => esc_url_raw( trim( (string) ( $given['endpoint'] ?? '' ) ), array( 'http', 'https' ) ),
		'site'     => '' === $site ? RIHLA_DEFAULTS['site'] : substr( $site, 0, 64 ),
		'consent'  => in_array( $given['consent'] ?? '', array( 'pending', 'granted', 'denied' ), true ) ? $given['consent'] : 'pending',
		'identify' => empty( $given['identify'] ) ? 0 : 1,
	);
}

/** The script, in the head of every page of the shop, so that it sees all of it. */
add_action(
	'wp_enqueue_scripts',
	function () {
		if ( '' === rihla_settings()['endpoint'] ) {
			return;
		}
		wp_enqueue_script( 'rihla', plugins_url( 'rihla.js', __FILE__ ), array(), '0.1.0', array( 'strategy' => 'async', 'in_footer' => false ) );
		wp_add_inline_script( 'rihla', rihla_inline(), 'before' );
	}
);

add_filter(
	'script_loader_tag',
	function ( $tag, $handle ) {
		if ( 'rihla' !== $handle ) {
			return $tag;
		}
		$settings   = rihla_settings();
		$attributes = array(
			'data-endpoint' => $settings['endpoint'],
			'data-site'     => $settings['site'],
			'data-consent'  => $settings['consent'],
			'data-store'    => 'woocommerce',
		);
		// What the shop's own people do is marked, and left out of journey maps.
		if ( current_user_can( 'edit_posts' ) ) {
			$attributes['data-staff'] = 'true';
		}
		$text = '';
		foreach ( $attributes as $name => $value ) {
			$text .= ' ' . $name . '="' . esc_attr( $value ) . '"';
		}
		// The inline script before it is a tag of its own.
		return preg_replace( '/<script(?=[^>]*\ssrc=)/', '<script' . $text, $tag, 1 );
	},
	10,
	2
);

/** What is told before the script has arrived: the stub, who is logged in, and what the plugin for consent says. */
function rihla_inline() {
	$lines   = array( "typeof rihla=='function'||(window.rihla=function(){(rihla.q=rihla.q||[]).push([Date.now(),location.href,document.title,arguments])})" );
	$lines[] = rihla_consent();
	$user    = get_current_user_id();
	if ( $user && rihla_settings()['identify'] ) {
		$lines[] = 'rihla("identify",' . wp_json_encode( 'customer-' . $user ) . ')';
	}
	return implode( ";\n", $lines ) . ';';
}

/** Hears the WP Consent API, which plugins for cookie banners speak. Without one of them, consent stays as it is set. */
function rihla_consent() {
	return <<<'JS'
(function () {
  var purposes = { statistics: 'analytics', preferences: 'personalization', marketing: 'ads' }
  function say() {
    if (typeof wp_has_consent !== 'function' || !window.wp_consent_type) return
    var said = {}
    for (var category in purposes) said[purposes[category]] = wp_has_consent(category) ? 'granted' : document.cookie.indexOf('_' + category + '=deny') >= 0 ? 'denied' : 'pending'
    rihla('consent', said)
  }
  document.addEventListener('wp_consent_type_defined', say)
  document.addEventListener('wp_listen_for_consent_change', say)
  document.addEventListener('DOMContentLoaded', say)
})()
JS;
}

/** The order, whole, where WooCommerce confirms it: the page alone shows less. Nothing of the buyer. */
add_action(
	'woocommerce_thankyou',
	function ( $order_id ) {
		$order = wc_get_order( $order_id );
		if ( ! $order || '' === rihla_settings()['endpoint'] || $order->has_status( 'failed' ) ) {
			return;
		}
		$items = array();
		foreach ( $order->get_items() as $item ) {
			$product = $item->get_product();
			$count   = max( 1, (int) $item->get_quantity() );
			$line    = array(
				// As the pages of the shop call it.
				'item_id'   => (string) ( $item->get_variation_id() ? $item->get_variation_id() : $item->get_product_id() ),
				'item_name' => $item->get_name(),
				'price'     => round( ( (float) $item->get_total() + (float) $item->get_total_tax() ) / $count, wc_get_price_decimals() ),
				'quantity'  => $count,
			);
			if ( $product && $product->get_sku() ) {
				$line['sku'] = $product->get_sku();
			}
			$items[] = $line;
		}
		$coupons  = $order->get_coupon_codes();
		$purchase = array(
			'transaction_id' => (string) $order->get_order_number(),
			'currency'       => $order->get_currency(),
			'value'          => (float) $order->get_total(),
			'tax'            => (float) $order->get_total_tax(),
			'shipping'       => (float) $order->get_shipping_total(),
			'items'          => $items,
		);
		if ( $coupons ) {
			$purchase['coupon'] = implode( ',', $coupons );
		}
		// A name may hold anything: no tag of it may end the script.
		wp_print_inline_script_tag( 'rihla("track","purchase",' . wp_json_encode( $purchase, JSON_HEX_TAG | JSON_HEX_AMP ) . ');' );
	}
);

add_action(
	'admin_init',
	function () {
		register_setting( 'rihla', 'rihla', array( 'type' => 'array', 'sanitize_callback' => 'rihla_sanitize', 'default' => RIHLA_DEFAULTS ) );
	}
);

add_action(
	'admin_menu',
	function () {
		add_options_page( 'rihla', 'rihla', 'manage_options', 'rihla', 'rihla_page' );
	}
);

/** Settings, rihla. */
function rihla_page() {
	$settings = rihla_settings();
	?>
	<div class="wrap">
		<h1>rihla</h1>
		<form method="post" action="options.php">
			<?php settings_fields( 'rihla' ); ?>
			<table class="form-table" role="presentation">
				<tr>
					<th scope="row"><label for="rihla-endpoint"><?php esc_html_e( 'Collector', 'rihla' ); ?></label></th>
					<td><input id="rihla-endpoint" class="regular-text" type="url" name="rihla[endpoint]" placeholder="https://collector.example/collect" value="<?php echo esc_attr( $settings['endpoint'] ); ?>"></td>
				</tr>
				<tr>
					<th scope="row"><label for="rihla-site"><?php esc_html_e( 'Site', 'rihla' ); ?></label></th>
					<td><input id="rihla-site" name="rihla[site]" maxlength="64" pattern="[A-Za-z0-9._\-]+" value="<?php echo esc_attr( $settings['site'] ); ?>"></td>
				</tr>
				<tr>
					<th scope="row"><label for="rihla-consent"><?php esc_html_e( 'Consent, until it is given or refused', 'rihla' ); ?></label></th>
					<td>
						<select id="rihla-consent" name="rihla[consent]">
							<?php foreach ( array( 'pending', 'granted', 'denied' ) as $state ) : ?>
								<option<?php echo $state === $settings['consent'] ? ' selected' : ''; ?>><?php echo esc_html( $state ); ?></option>
							<?php endforeach; ?>
						</select>
					</td>
				</tr>
				<tr>
					<th scope="row"><?php esc_html_e( 'Customers', 'rihla' ); ?></th>
					<td><label><input type="checkbox" name="rihla[identify]" value="1"<?php echo $settings['identify'] ? ' checked' : ''; ?>> <?php esc_html_e( 'Tell who is logged in, by the number of the account', 'rihla' ); ?></label></td>
				</tr>
			</table>
			<?php submit_button(); ?>
		</form>
	</div>
	<?php
}
