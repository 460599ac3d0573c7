/** Requests about custom key stores. */
export const keyStoreRequests = {
  CreateCustomKeyStoreRequest: {
    type: 'structure',
    members: {
      CustomKeyStoreName: { shape: 'CustomKeyStoreNameType', required: true },
      CloudHsmClusterId: { shape: 'CloudHsmClusterIdType' },
      TrustAnchorCertificate: { shape: 'TrustAnchorCertificateType' },
      KeyStorePassword: { shape: 'KeyStorePasswordType' },
      CustomKeyStoreType: { shape: 'CustomKeyStoreType' },
      XksProxyUriEndpoint: { shape: 'XksProxyUriEndpointType' },
      XksProxyUriPath: { shape: 'XksProxyUriPathType' },
      XksProxyVpcEndpointServiceName: { shape: 'XksProxyVpcEndpointServiceNameType' },
      XksProxyVpcEndpointServiceOwner: { shape: 'AccountIdType' },
      XksProxyAuthenticationCredential: { shape: 'XksProxyAuthenticationCredentialType' },
      XksProxyConnectivity: { shape: 'XksProxyConnectivityType' },
    },
  },
  DescribeCustomKeyStoresRequest: {
    type: 'structure',
    members: {
      CustomKeyStoreId: { shape: 'CustomKeyStoreIdType' },
      CustomKeyStoreName: { shape: 'CustomKeyStoreNameType' },
      Limit: { shape: 'LimitType' },
      Marker: { shape: 'MarkerType' },
    },
  },
  UpdateCustomKeyStoreRequest: {
    type: 'structure',
    members: {
      CustomKeyStoreId: { shape: 'CustomKeyStoreIdType', required: true },
      NewCustomKeyStoreName: { shape: 'CustomKeyStoreNameType' },
      KeyStorePassword: { shape: 'KeyStorePasswordType' },
      CloudHsmClusterId: { shape: 'CloudHsmClusterIdType' },
      XksProxyUriEndpoint: { shape: 'XksProxyUriEndpointType' },
      XksProxyUriPath: { shape: 'XksProxyUriPathType' },
      XksProxyVpcEndpointServiceName: { shape: 'XksProxyVpcEndpointServiceNameType' },
      XksProxyVpcEndpointServiceOwner: { shape: 'AccountIdType' },
      XksProxyAuthenticationCredential: { shape: 'XksProxyAuthenticationCredentialType' },
      XksProxyConnectivity: { shape: 'XksProxyConnectivityType' },
    },
  },
  ConnectCustomKeyStoreRequest: {
    type: 'structure',
    members: {
      CustomKeyStoreId: { shape: 'CustomKeyStoreIdType', required: true },
    },
  },
  DisconnectCustomKeyStoreRequest: {
    type: 'structure',
    members: {
      CustomKeyStoreId: { shape: 'CustomKeyStoreIdType', required: true },
    },
  },
  DeleteCustomKeyStoreRequest: {
    type: 'structure',
    members: {
      CustomKeyStoreId: { shape: 'CustomKeyStoreIdType', required: true },
    },
  },
} as const;
