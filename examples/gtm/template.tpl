___TERMS_OF_SERVICE___

By creating or modifying this file you agree to Google Tag Manager's Community
Template Gallery Developer Terms of Service available at
https://developers.google.com/tag-manager/gallery-tos (or such other URL as
Google may provide), as modified from time to time.


___INFO___

{
  "type": "TAG",
  "id": "cvt_temp_public_id",
  "version": 1,
  "securityGroups": [],
  "displayName": "rihla",
  "categories": ["ANALYTICS", "CONVERSIONS"],
  "brand": { "id": "brand_rihla", "displayName": "rihla" },
  "description": "Starts rihla, which records the journey of shoppers and loses none of it, or records one touchpoint.",
  "containerContexts": ["WEB"]
}


___TEMPLATE_PARAMETERS___

[
  {
    "type": "RADIO",
    "name": "what",
    "displayName": "This tag",
    "radioItems": [
      { "value": "start", "displayValue": "starts rihla: once, on all pages, at Initialization" },
      { "value": "track", "displayValue": "records a touchpoint" }
    ],
    "simpleValueType": true,
    "defaultValue": "start"
  },
  {
    "type": "GROUP",
    "name": "starting",
    "displayName": "Settings",
    "groupStyle": "NO_ZIPPY",
    "enablingConditions": [{ "paramName": "what", "paramValue": "start", "type": "EQUALS" }],
    "subParams": [
      {
        "type": "TEXT",
        "name": "script",
        "displayName": "Address of rihla.js",
        "simpleValueType": true,
        "help": "On your own host, beside rihla.woocommerce.js and rihla.shopify.js. The host must stand in the template's permissions, too.",
        "valueHint": "https://shop.example/rihla.js",
        "valueValidators": [{ "type": "REGEX", "args": ["^https://.+"], "errorMessage": "An address that begins with https://" }]
      },
      {
        "type": "TEXT",
        "name": "endpoint",
        "displayName": "Collector",
        "simpleValueType": true,
        "valueHint": "https://collector.example/collect",
        "valueValidators": [{ "type": "NON_EMPTY" }]
      },
      {
        "type": "TEXT",
        "name": "site",
        "displayName": "Site",
        "simpleValueType": true,
        "help": "Names your shop at the collector.",
        "valueHint": "my-shop",
        "valueValidators": [{ "type": "REGEX", "args": ["^[\\w.-]{1,64}$"], "errorMessage": "1 to 64 of A-Z a-z 0-9 . _ -" }]
      },
      {
        "type": "SELECT",
        "name": "consent",
        "displayName": "Consent, until your consent tool says something",
        "simpleValueType": true,
        "selectItems": [
          { "value": "pending", "displayValue": "pending: nothing is stored or sent" },
          { "value": "granted", "displayValue": "granted" },
          { "value": "denied", "displayValue": "denied" }
        ],
        "defaultValue": "pending",
        "help": "rihla hears Consent Mode by itself."
      },
      {
        "type": "SIMPLE_TABLE",
        "name": "options",
        "displayName": "Other options",
        "simpleTableColumns": [
          { "defaultValue": "", "displayName": "Option", "name": "name", "type": "TEXT" },
          { "defaultValue": "", "displayName": "Value", "name": "value", "type": "TEXT" }
        ]
      }
    ]
  },
  {
    "type": "GROUP",
    "name": "tracking",
    "displayName": "Touchpoint",
    "groupStyle": "NO_ZIPPY",
    "enablingConditions": [{ "paramName": "what", "paramValue": "track", "type": "EQUALS" }],
    "subParams": [
      {
        "type": "TEXT",
        "name": "name",
        "displayName": "Name",
        "simpleValueType": true,
        "help": "What is pushed to the dataLayer in GA4's words is recorded anyway: this is for the rest.",
        "valueHint": "size_guide_opened",
        "valueValidators": [{ "type": "NON_EMPTY" }]
      },
      {
        "type": "SIMPLE_TABLE",
        "name": "props",
        "displayName": "Properties",
        "simpleTableColumns": [
          { "defaultValue": "", "displayName": "Name", "name": "name", "type": "TEXT" },
          { "defaultValue": "", "displayName": "Value", "name": "value", "type": "TEXT" }
        ]
      },
      { "type": "TEXT", "name": "stage", "displayName": "Stage, where it is known better than by the rules", "simpleValueType": true }
    ]
  }
]


___SANDBOXED_JS_FOR_WEB_TEMPLATE___

const callInWindow = require('callInWindow');
const copyFromWindow = require('copyFromWindow');
const createArgumentsQueue = require('createArgumentsQueue');
const injectScript = require('injectScript');
const makeTableMap = require('makeTableMap');
const makeNumber = require('makeNumber');

// What is called before the script has arrived waits in rihla.q.
if (!copyFromWindow('rihla')) createArgumentsQueue('rihla', 'rihla.q');

/** What is typed into a table is text. */
const valueOf = (text) => {
  if (text === 'true') return true;
  if (text === 'false') return false;
  return text !== '' && makeNumber(text) + '' === text ? makeNumber(text) : text;
};

const tableOf = (rows) => {
  const table = makeTableMap(rows || [], 'name', 'value') || {};
  const values = {};
  for (const name in table) values[name] = valueOf(table[name]);
  return values;
};

if (data.what === 'track') {
  callInWindow('rihla', 'track', data.name, tableOf(data.props), data.stage ? { stage: data.stage } : {});
  data.gtmOnSuccess();
} else if (copyFromWindow('rihla.version')) {
  // It runs already: this tag has fired twice.
  data.gtmOnSuccess();
} else {
  const settings = tableOf(data.options);
  settings.endpoint = data.endpoint;
  settings.site = data.site;
  settings.consent = data.consent;
  callInWindow('rihla', 'start', settings);
  injectScript(data.script, data.gtmOnSuccess, data.gtmOnFailure, 'rihla');
}


___WEB_PERMISSIONS___

[
  {
    "instance": {
      "key": { "publicId": "access_globals", "versionId": "1" },
      "param": [
        {
          "key": "keys",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 3,
                "mapKey": [{ "type": 1, "string": "key" }, { "type": 1, "string": "read" }, { "type": 1, "string": "write" }, { "type": 1, "string": "execute" }],
                "mapValue": [{ "type": 1, "string": "rihla" }, { "type": 8, "boolean": true }, { "type": 8, "boolean": true }, { "type": 8, "boolean": true }]
              },
              {
                "type": 3,
                "mapKey": [{ "type": 1, "string": "key" }, { "type": 1, "string": "read" }, { "type": 1, "string": "write" }, { "type": 1, "string": "execute" }],
                "mapValue": [{ "type": 1, "string": "rihla.q" }, { "type": 8, "boolean": true }, { "type": 8, "boolean": true }, { "type": 8, "boolean": false }]
              },
              {
                "type": 3,
                "mapKey": [{ "type": 1, "string": "key" }, { "type": 1, "string": "read" }, { "type": 1, "string": "write" }, { "type": 1, "string": "execute" }],
                "mapValue": [{ "type": 1, "string": "rihla.version" }, { "type": 8, "boolean": true }, { "type": 8, "boolean": false }, { "type": 8, "boolean": false }]
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": { "isEditedByUser": true },
    "isRequired": true
  },
  {
    "instance": {
      "key": { "publicId": "inject_script", "versionId": "1" },
      "param": [{ "key": "urls", "value": { "type": 2, "listItem": [{ "type": 1, "string": "https://shop.example/rihla.js" }] } }]
    },
    "clientAnnotations": { "isEditedByUser": true },
    "isRequired": true
  }
]


___TESTS___

scenarios:
- name: starts with its settings, which are numbers and flags where they say so
  code: |-
    runCode({ what: 'start', script: 'https://shop.example/rihla.js', endpoint: 'https://collector.example/collect', site: 'my-shop', consent: 'pending', options: [{ name: 'batchSize', value: '10' }, { name: 'hash', value: 'true' }, { name: 'layer', value: 'myLayer' }] });
    assertApi('createArgumentsQueue').wasCalledWith('rihla', 'rihla.q');
    assertApi('callInWindow').wasCalledWith('rihla', 'start', { batchSize: 10, hash: true, layer: 'myLayer', endpoint: 'https://collector.example/collect', site: 'my-shop', consent: 'pending' });
    assertApi('gtmOnSuccess').wasCalled();
- name: starts once
  code: |-
    mock('copyFromWindow', '1');
    runCode({ what: 'start', script: 'https://shop.example/rihla.js', endpoint: 'https://collector.example/collect', site: 'my-shop', consent: 'granted' });
    assertApi('injectScript').wasNotCalled();
    assertApi('gtmOnSuccess').wasCalled();
- name: records a touchpoint
  code: |-
    runCode({ what: 'track', name: 'size_guide_opened', props: [{ name: 'item_id', value: 'FJ-301' }, { name: 'size', value: '42' }], stage: 'consideration' });
    assertApi('callInWindow').wasCalledWith('rihla', 'track', 'size_guide_opened', { item_id: 'FJ-301', size: 42 }, { stage: 'consideration' });
    assertApi('gtmOnSuccess').wasCalled();
- name: says that the script cannot be had
  code: |-
    mock('injectScript', (url, onSuccess, onFailure) => onFailure());
    runCode({ what: 'start', script: 'https://shop.example/rihla.js', endpoint: 'https://collector.example/collect', site: 'my-shop', consent: 'pending' });
    assertApi('gtmOnFailure').wasCalled();
setup: |-
  mock('copyFromWindow', undefined);
  mock('createArgumentsQueue', () => {});
  mock('callInWindow', () => {});
  mock('injectScript', (url, onSuccess) => onSuccess());


___NOTES___

Import this file under Templates, New, and put your own host into its permission to inject scripts.
One tag of it starts rihla; further tags record touchpoints that the dataLayer does not tell.
